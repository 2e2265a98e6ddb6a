"""Many trials: requests, blocks, worker processes, streaming and reproduction."""
