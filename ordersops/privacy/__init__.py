"""What the law asks of those who keep personal data: requests that a store passes on, and what became of them."""
