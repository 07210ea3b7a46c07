"""Line coverage by room, from the JSON that `swift test --show-codecov-path` names.

    coverage.py REPORT ROOT ROOM PERCENT...

Prints `ok` or `fail` for each room with a threshold, the uncovered lines of those that fail, and the whole.
"""
import json
import os
import sys

# Those without processes: a process that is killed leaves a torn profile.
ROOMS = {"Core": "Engine/Core/", "Widgets": "Widgets/", "Interface": "App/Interface/", "Themes": "Themes/"}


def line_counts(file):
    """How often each line ran, by number, as `llvm-cov show` counts: the largest count of the regions on it. (The
    summary counts the lines of never evaluated defaults such as `?? 0` once more.)"""
    starts = {}
    for segment in file["segments"]:
        starts.setdefault(segment[0], []).append(segment)
    counts, around = {}, None
    for line in range(min(starts, default=0), max(starts, default=-1) + 1):
        here = starts.get(line, [])
        begins = [count for _, _, count, has_count, is_entry, is_gap in here if has_count and is_entry and not is_gap]
        if begins or (around and around[3]):
            counts[line] = max(begins + ([around[2]] if around and around[3] else []))
        around = here[-1] if here else around
    return counts


def uncovered(file):
    return [line for line, count in line_counts(file).items() if count == 0]


def report(files, root, thresholds):
    """Lines to print. `files` are those of llvm-cov's export."""
    ours = {os.path.relpath(file["filename"], root): file for file in files}
    result = []
    all_lines = all_covered = 0
    for room, folder in ROOMS.items():
        here = {path: file for path, file in sorted(ours.items()) if path.startswith(folder)}
        lines = sum(len(line_counts(file)) for file in here.values())
        covered = lines - sum(len(uncovered(file)) for file in here.values())
        all_lines, all_covered = all_lines + lines, all_covered + covered
        share = 100 * covered / lines if lines else 0
        wanted = thresholds.get(room)
        if wanted is None:
            result.append(f"note {room}: {covered} of {lines} lines, {share:.2f} %")
            continue
        verdict = "ok" if share >= wanted else "fail"
        result.append(f"{verdict} {room}: {covered} of {lines} lines, {share:.2f} %, wanted {wanted:g} %")
        if verdict == "fail":
            result += [f"note   {path}: {', '.join(map(str, uncovered(file)))}"
                       for path, file in here.items() if uncovered(file)]
    share = 100 * all_covered / max(1, all_lines)
    return result + [f"note in all: {all_covered} of {all_lines} lines, {share:.2f} %"]


if __name__ == "__main__":
    report_path, root_path, *pairs = sys.argv[1:]
    with open(report_path) as text:
        exported = json.load(text)["data"][0]["files"]
    wanted_shares = dict(zip(pairs[::2], map(float, pairs[1::2])))
    print("\n".join(report(exported, os.path.realpath(root_path), wanted_shares)))
