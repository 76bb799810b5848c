"""What the benches share: a site to measure, a hand on its processes, a browser to count with."""
