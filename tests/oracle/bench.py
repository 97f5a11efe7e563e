"""A private server with a fresh database for each case, and cases told as TAP."""
import sys
import time
import traceback

import settle_test


class Bench:
    pass


def tap(cases):
    """Runs the cases, each with the one bench; the exit status is 1 if one failed."""
    print(f'1..{len(cases)}', flush=True)
    failed = 0
    with Bench() as bench:
        for number, case in enumerate(cases, 1):
            started = time.monotonic()
            try:
                case(bench)
                word = 'ok'
            except Exception as error:  # a broken case must not hide the others
                failed += 1
                word = 'not ok'
                for line in (str(error) or traceback.format_exc()).splitlines():
                    print('#', line)
            print(f'{word} {number} - {case.__name__} '
                  f'# {time.monotonic() - started:.1f} s', flush=True)
    return 1 if failed else 0
