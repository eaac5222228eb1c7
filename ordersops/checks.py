"""System checks for unsafe settings."""
