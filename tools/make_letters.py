#!/usr/bin/env python3
"""Writes include/discern/plugin/limits/letters.hpp: which characters Discord takes in a command's name.

Discord: ^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$, and no letter that has a lower-case variant.
Unassigned characters inside a range of letters count as letters: a later Unicode may assign them.
"""
import unicodedata

LAST = 0x110000


def is_name(point):
    char = chr(point)
    kind = unicodedata.category(char)
    if kind == "Cn":
        return None
    named = unicodedata.name(char, "")
    return kind[0] in "LN" or named.startswith(("DEVANAGARI", "THAI CHARACTER"))


def ranges(test):
    """Ranges where `test` is True; None (unknown) joins its neighbours."""
    out = []
    for point in range(0x80, LAST):
        verdict = test(point)
        if verdict:
            if out and out[-1][2]:
                out[-1][1] = point
            else:
                out.append([point, point, True])
        elif verdict is False and out:
            out[-1][2] = False
    return [(low, high) for low, high, _ in out]


def strided(points):
    """Runs (first, last, step) with a step of 1 or 2."""
    out = []
    for point in points:
        if out:
            first, last, step = out[-1]
            gap = point - last
            if (first == last and gap in (1, 2)) or (first != last and gap == step):
                out[-1] = (first, point, gap)
                continue
        out.append((point, point, 1))
    return out


def rows(cells, per_row):
    for at in range(0, len(cells), per_row):
        yield "    " + ", ".join(cells[at : at + per_row]) + ","


names = ranges(is_name)
uppers = strided([p for p in range(0x80, LAST) if not 0xD800 <= p < 0xE000 and chr(p).lower() != chr(p)])
print("#pragma once")
print()
print(f"// Made by tools/make_letters.py from Unicode {unicodedata.unidata_version}. clang-format off keeps it short.")
print()
print("#include <cstdint>")
print()
print("namespace discern::plugin::limits::detail {")
print()
print("// clang-format off")
print("struct LetterRange { std::uint32_t first, last; };")
print("// Letters, numbers, Devanagari and Thai beyond ASCII.")
print("inline constexpr LetterRange kNameRanges[] = {")
print("\n".join(rows([f"{{{a:#x},{b:#x}}}" for a, b in names], 7)))
print("};")
print("struct CapitalRange { std::uint32_t first, last, step; };")
print("// Letters beyond ASCII that have a lower-case variant.")
print("inline constexpr CapitalRange kCapitalRanges[] = {")
print("\n".join(rows([f"{{{a:#x},{b:#x},{s}}}" for a, b, s in uppers], 6)))
print("};")
print("// clang-format on")
print()
print("}  // namespace discern::plugin::limits::detail")
