"""Mutated pages through every parser.

    python -m tests.fuzz --inputs 4000            4,000 inputs for each parser
    python -m tests.fuzz --seconds 60             as many as a minute allows, shared evenly
    python -m tests.fuzz --hostile                bodies made to exhaust: nested, swollen, endless

Nothing may leave the error tree, no date may be invented, no input may take long. What breaks is kept below
`tests/fuzz/seeds`, where a test tries it for ever after. Recorded pages are used too where TREND_MONITOR_CORPORA names
them; then it is kept in the folder for temporary files, to be made smaller first. Exit status 1: something broke.
"""

import argparse
import sys

from tests.fuzz.hostile import hostile_run
from tests.fuzz.parsers import named
from tests.fuzz.run import fuzz


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Mutated pages through every parser.")
    parser.add_argument("parsers", nargs="*", help="names of parsers; all of them without one")
    parser.add_argument("--inputs", type=int, help="for each parser")
    parser.add_argument("--seconds", type=float, help="for all parsers together")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other inputs")
    parser.add_argument("--hostile", action="store_true", help="bodies made to exhaust, each in a process of its own")
    options = parser.parse_args()
    chosen = named(options.parsers)
    if options.hostile:
        broke = 0
        for outcome in hostile_run(chosen):
            sys.stdout.write(outcome.line() + "\n")
            sys.stdout.flush()
            broke += outcome.fault is not None
        return 1 if broke else 0
    if options.inputs is None and options.seconds is None:
        parser.error("say how long: --inputs or --seconds")
    total, faults = 0, 0
    for tally in fuzz(chosen, inputs=options.inputs, seconds=options.seconds, seed=options.seed):
        sys.stdout.write(tally.line() + "\n")
        for fault, path in tally.faults.items():
            sys.stdout.write(f"    {fault} ({path})\n")
        sys.stdout.flush()
        total, faults = total + tally.inputs, faults + len(tally.faults)
    sys.stdout.write(f"{total} inputs through {len(chosen)} parsers; {faults} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
