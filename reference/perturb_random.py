"""The random numbers of radsurv-image's perturbations, written again: ChaCha8 by its definition (Bernstein 2008), the hash of seeds.

    python perturb_random.py
"""

import math

M = (1 << 64) - 1


def rotl(v, n):
    return ((v << n) | (v >> (32 - n))) & 0xFFFFFFFF


def chacha8(seed, stream, counter):
    """The 16 words of a block: a key of the seed and zeros, the stream in place of the nonce."""
    key = [seed & 0xFFFFFFFF, seed >> 32, 0, 0, 0, 0, 0, 0]
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key]
    start += [counter & 0xFFFFFFFF, counter >> 32, stream & 0xFFFFFFFF, stream >> 32]
    x = list(start)

    def quarter(a, b, c, d):
        for p, q, r, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[p] = (x[p] + x[q]) & 0xFFFFFFFF
            x[r] = rotl(x[r] ^ x[p], n)

    for _ in range(4):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return [(a + b) & 0xFFFFFFFF for a, b in zip(x, start)]


def words(seed, stream):
    counter = 0
    while True:
        block = chacha8(seed, stream, counter)
        yield from (block[i] | block[i + 1] << 32 for i in range(0, 16, 2))
        counter += 1


def units(seed, stream):
    return ((w >> 11) / (1 << 53) for w in words(seed, stream))


def normals(seed, stream):
    source = units(seed, stream)
    while True:
        u, v = 2 * next(source) - 1, 2 * next(source) - 1
        s = u * u + v * v
        if 0 < s < 1:
            scale = math.sqrt(-2 * math.log(s) / s)
            yield from (u * scale, v * scale)


def derive(seed, case_id, repetition, purpose):
    case_id, purpose = case_id.encode(), purpose.encode()
    data = b"".join(
        part if isinstance(part, bytes) else part.to_bytes(8, "little")
        for part in (seed, len(case_id), case_id, repetition, len(purpose), purpose)
    )
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & M
    h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) & M
    h = ((h ^ (h >> 27)) * 0x94D049BB133111EB) & M
    return h ^ (h >> 31)


def take(n, source):
    return [next(source) for _ in range(n)]


if __name__ == "__main__":
    print("derive", derive(1, "P1", 0, "noise"))
    print("units", take(3, units(7, 3)))
    print("normals", take(3, normals(7, 4)))
