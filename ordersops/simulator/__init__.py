"""A simulated store for demonstrations and journeys: a separate process that knows the product only over HTTP."""
