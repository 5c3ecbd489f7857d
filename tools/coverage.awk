# The tables of tools/coverage, from two exports of llvm-cov (the tests; with faults) and the judgements.
#
# The kind of a line is read off the place: the line itself, the last line before it that was run (the
# condition that was never met), and the two lines before that (the call whose failure it looks at).
# Lines with nothing but braces or a comment count for nothing.

FNR == 1 { input++ }

# An export: SF names a file, FN the line where a function begins, DA how often a line was run.
input < 3 && /^SF:/ { file = substr($0, 4); sub(/^\.\//, "", file); next }
input < 3 && file !~ /^src\// { next }
input < 3 && /^FN:/ {
    if (/omp_outlined/) next # a part of a function
    split(substr($0, 4), field, ",")
    sub(/.*:/, "", field[2])
    function_at[file, field[1]] = field[2]
    next
}
input < 3 && /^DA:/ {
    split(substr($0, 4), field, ",")
    known[file, field[1]] = 1
    if (field[2] > 0) run[input, file, field[1]] = 1
    if (field[1] + 0 > last[file]) last[file] = field[1] + 0
    next
}

# The judgements: rows that begin with `src/FILE.c` and `function`; kinds that are judged as a whole.
input == 3 && /^\| `src\// { split($0, field, "`"); judged[field[2], field[4]] = 1; next }

function counts(text) { return text !~ /^[ \t]*([{}();]*|\/?\*.*|\/\/.*)$/ }

function read_source(file,   n, text) {
    n = 0
    while ((getline text < file) > 0) source[++n] = text
    close(file)
}

function kind(file, at,   own, before, i) {
    own = source[at]
    for (i = at - 1; i > 0 && !((2, file, i) in run); i--) { }
    before = source[i - 2] source[i - 1] source[i]
    if (own ~ /BUG\(|^ *default:/ || source[i] ~ /^ *default:/) return "a bug"
    if (own before ~ /mem_|alloc|strdup|buf_check|out of memory|[.>]failed/) return "memory"
    if (own ~ /err_errno|h5_fail|refuse\(e\)|errno|^ *(unlink|H5.close)\(/) return "a refusal"
    if (own ~ /^ *(goto |return -1;|return NULL;|return false;|status = -1;|return err_prefix)/) return "handed on"
    if (own ~ /err_set|problems_add|argp_error|command_fail|^ *(: )?"/) return "a sentence"
    return "a case"
}

function judge(file,   at, place, k) {
    for (at = 1; at <= last[file]; at++) {
        if ((file, at) in function_at) place = function_at[file, at]
        if (!((file, at) in known) || !counts(source[at])) continue
        lines[folder]++
        if ((1, file, at) in run) tested[folder]++
        if ((2, file, at) in run) { hit[folder]++; continue }
        k = kind(file, at)
        kinds[k]++
        printf "%s:%d\t%s\t%s\t%s\n", file, at, place, k, source[at] > uncovered
        touched[file, place] = 1
        if (k ~ /^a (refusal|sentence)/ && folder ~ /^(base|model|coding|quantize|evaluate|results|run)$/) wanted[file, place] = 1
    }
}

function percent(part, whole) { return sprintf("%.1f %%", whole ? 100 * part / whole : 100) }

END {
    n = 0
    for (f in last) files[++n] = f
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && files[j] < files[j - 1]; j--) { t = files[j]; files[j] = files[j - 1]; files[j - 1] = t }
    print "| folder | lines | tests | and faults |"
    print "|---|---:|---:|---:|"
    for (i = 1; i <= n; i++) {
        split(files[i], part, "/")
        folder = part[3] == "" ? "main.c" : part[2]
        if (!(folder in lines)) folders[++m] = folder
        delete source
        read_source(files[i])
        judge(files[i])
    }
    for (i = 1; i <= m; i++) {
        d = folders[i]
        printf "| %s | %d | %s | %s |\n", d, lines[d], percent(tested[d], lines[d]), percent(hit[d], lines[d])
        all += lines[d]; all_tested += tested[d]; all_hit += hit[d]
    }
    printf "| all | %d | %s | %s |\n\n", all, percent(all_tested, all), percent(all_hit, all)
    print "| lines that nothing runs | lines |"
    print "|---|---:|"
    for (k in kinds) printf "| %s | %d |\n", k, kinds[k] | "sort"
    close("sort")
    printf "%s; %s of %d\n", percent(all_tested, all), percent(all_hit, all), all > sum
    for (w in wanted) if (!(w in judged)) { split(w, part, SUBSEP); print "not judged: " part[1] " " part[2] | "sort"; bad = 1 }
    for (w in judged) if (!(w in touched)) { split(w, part, SUBSEP); print "judged, but run by now or gone: " part[1] " " part[2] | "sort" }
    close("sort")
    exit bad
}
