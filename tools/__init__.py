"""Programs of the project itself: the demo, the changelog, the peers. No part of what is installed."""
