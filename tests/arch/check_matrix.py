#!/usr/bin/env python3
"""Fails when a matrix in docs/ names a scenario that there is not, or a letter it does not explain.

    tests/arch/check_matrix.py [ROOT]    # ROOT: a checkout; default: this one

Exit codes: 0 every name is a scenario's, 1 some are not (each is printed).
"""

import ast
import pathlib
import re
import sys

_EXPLAINED = re.compile(r"^\| ([A-Z]\d+) \| `(\w+)\.(\w+)\.(\w+)` \|", re.MULTILINE)
_USED = re.compile(r"\b[A-Z]\d+\b")


_MATRICES = ("install-matrix.md", "doors.md")


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    wrong = [f"docs/{matrix}: {each}" for matrix in _MATRICES for each in problems(root, matrix)]
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


def problems(root: pathlib.Path, matrix: str) -> list[str]:
    text = (root / "docs" / matrix).read_text(encoding="utf-8")
    explained = {found[0]: found[1:] for found in _EXPLAINED.findall(text)}
    wrong = [f"{letter}: there is no {'.'.join(name)}" for letter, name in explained.items()
             if not exists(root / "tests" / "vm", *name)]
    cells = _EXPLAINED.sub("", text)
    wrong += [f"{letter} is not explained" for letter in sorted(set(_USED.findall(cells)))
              if letter not in explained]
    wrong += [f"{letter} is in no table" for letter in explained if letter not in cells]
    if not explained:
        wrong.append("no scenario is named")
    return wrong


def exists(folder: pathlib.Path, module: str, case: str, test: str) -> bool:
    path = folder / f"{module}.py"
    if not path.exists():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    cases = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == case]
    return any(isinstance(node, ast.FunctionDef) and node.name == test
               for found in cases for node in found.body)


if __name__ == "__main__":
    sys.exit(main())
