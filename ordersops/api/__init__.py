"""The interface for machines: what every resource under /api/v1/ has in common. The resources are in the apps' own `api` modules."""
