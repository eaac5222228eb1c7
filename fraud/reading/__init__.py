"""Reading one value: pure functions from a text or an address to what can be seen in it. None means that it cannot be told."""
