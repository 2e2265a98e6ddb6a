"""Where in the uncertain inputs ceasefires lie: PRIM boxes and a tree."""
