"""SplitMix64 (Steele, Lea, Flood 2014): the one generator that Python and Rust share, so that no data file is needed."""

MASK = (1 << 64) - 1


class SplitMix64:
    """The same integers as `radsurv_testkit::splitmix::SplitMix64`."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        """The next 64 bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        """An integer from 0 to n - 1 (the remainder: its small bias does not matter here)."""
        return self.next() % n

    def between(self, low, high):
        """An integer from low to high, both possible."""
        return low + self.below(high - low + 1)

    def chance(self, percent):
        """True this often."""
        return self.below(100) < percent

    def pick(self, items):
        """One of a list."""
        return items[self.below(len(items))]
