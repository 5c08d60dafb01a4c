#!/usr/bin/env python3
# Writes the table that AggregateTableTest compares with: aggregates of values of each type by the rules of statsfs, in
# Python's integers, which have no width.
#
#   python3 aggregates.py >aggregates.txt
import random

TYPES = {
    "U8": (0, 2**8 - 1), "U16": (0, 2**16 - 1), "U32": (0, 2**32 - 1), "U64": (0, 2**64 - 1),
    "S8": (-(2**7), 2**7 - 1), "S16": (-(2**15), 2**15 - 1), "S32": (-(2**31), 2**31 - 1),
    "S64": (-(2**63), 2**63 - 1), "BOOL": (0, 1),
}


def in_64_bits(number, signed):
    number %= 2**64
    return number - 2**64 if signed and number >= 2**63 else number


def divided(sum_, count):
    """Towards zero."""
    quotient = abs(sum_) // count
    return -quotient if sum_ < 0 else quotient


def aggregates(values, signed):
    limits = (-(2**63), 2**63 - 1) if signed else (0, 2**64 - 1)
    total = in_64_bits(sum(values), signed)
    return [
        total,
        min(values) if values else limits[1],
        max(values) if values else limits[0],
        divided(total, len(values)) if values else 0,
        values.count(0),
    ]


def sets(low, high, draw):
    yield []
    for one in sorted({low, low + 1, -1, 0, 1, high - 1, high}):
        if low <= one <= high:
            yield [one]
            yield [one] * 3
    yield [low, high]
    yield [high, low, high]
    yield [low, low, high]
    yield [0, low, 0, high, 0]
    yield [high] * 7
    yield [low] * 7
    yield [high, 1]
    for size in (2, 3, 4, 5, 6, 8, 13, 21):
        yield [draw.randint(low, high) for _ in range(size)]
        yield [draw.randint(max(low, -3), min(high, 3)) for _ in range(size)]
        yield [draw.choice((low, high, 0)) for _ in range(size)]


print("# type | values | SUM | MIN | MAX | AVG | COUNT_ZERO; written by aggregates.py")
for name, (low, high) in TYPES.items():
    for values in sets(low, high, random.Random(name)):
        texts = [name, " ".join(map(str, values))] + [str(a) for a in aggregates(values, low < 0)]
        print(" | ".join(texts))
