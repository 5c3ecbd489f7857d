# What allocators.gp and rate_distortion.gp share: the names in their data, the axis of stored bits,
# and how lines are told apart. Each sets `scripts`, `data`, `blocks` (a panel has so many beyond one a
# line) and `further` (entries of the legend beside the lines and the prices), then loads this file.
#
# DATA, blocks divided by two empty lines: the titles of the panels; the names of the lines; the
# protocol and what bars are, or ""; then for each panel a block a line, a row a point, by size: stored
# bits per weight packed, with an ideal map, entropy-coded, the measured value, both ends of its bar,
# whether the method has three prices (1 or 0).

stats data index 0 using (1) nooutput
n_panels = STATS_records
array title_of[n_panels]
do for [m = 1 : n_panels] {
    stats data index 0 every ::(m - 1)::(m - 1) using (text = strcol(1), 1) nooutput
    title_of[m] = text
}
stats data index 1 using (1) nooutput
n = STATS_records
array name[n]
longest = 0
do for [k = 1 : n] {
    stats data index 1 every ::(k - 1)::(k - 1) using (text = strcol(1), 1) nooutput
    name[k] = text
    longest = strlen(text) > longest ? strlen(text) : longest
}
stats data index 2 every ::0::0 using (protocol = strcol(1), 1) nooutput
stats data index 2 every ::1::1 using (bars = strcol(1), 1) nooutput
block(m, k) = 3 + (m - 1) * (n + blocks) + k - 1

# The same axes in every panel. A method of three prices also shows what it would cost at best.
x_low = y_low = 1e300
x_high = y_high = -1e300
has_prices = 0
do for [m = 1 : n_panels] {
    do for [k = 1 : n] {
        stats data index block(m, k) using ($7 > 0 ? $3 : $1) nooutput
        if (exists("STATS_records") && STATS_records > 0) { # not so in a block without numbers
            x_low = STATS_min < x_low ? STATS_min : x_low
            stats data index block(m, k) using 1 nooutput
            x_high = STATS_max > x_high ? STATS_max : x_high
            stats data index block(m, k) using 4 nooutput
            y_low = STATS_min < y_low ? STATS_min : y_low
            y_high = STATS_max > y_high ? STATS_max : y_high
            stats data index block(m, k) using 7 nooutput
            has_prices = STATS_max > 0 ? 1 : has_prices
        }
    }
}

left = 0.14 # ticks are longer than those of percents
n_legend = n + 3 * has_prices + further + (bars ne "")
load scripts."panels.gp"

set xrange [x_low - 0.06 * (x_high - x_low) - 0.05 : x_high + 0.06 * (x_high - x_low) + 0.05]
x_step = x_high - x_low > 4 ? 1 : 0.5
set xtics x_step
set mxtics 2
set format x "%g"
set grid xtics ytics linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6

# Lines beyond the number of styles are dashed, their marks hollow. Marks shrink from line to line, so
# that those which coincide show as rings around each other.
round_of(k) = 1 + (k - 1) / n_styles
mark_of(k) = round_of(k) % 2 == 1 ? filled[style_of(k)] : hollow[style_of(k)]
size_of(k) = 1.15 - 0.07 * ((k - 1) % 9)

# A decade has ticks at 1 and 3, or at 1 alone where there are many.
decade_ticks = "\
    set ytics 10; \
    do for [d = floor(log10(y_low)) - 1 : ceil(log10(y_high))] { \
        if (log10(y_high / y_low) < 3.5) { set ytics add (3 * 10.0 ** d) } \
    }"

# Where bars end at the latest: a script with a logarithmic axis sets it to the axis's lower end.
bar_floor = -1e300

# Lines stand beside each other where they have bars, which would cover each other.
apart = bars eq "" ? 0 : 0.1 * (x_high - x_low) / n
aside(k) = apart * (k - 0.5 * (n + 1))

points_of_panel = "\
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $3 + aside(k) : NaN):4:($1 - $3):(0) \
        with vectors nohead linecolor rgb strong[style_of(k)] linewidth 0.8, \
    for [k = 1 : n] data index block(m, k) using ($1 + aside(k)):($5 > bar_floor ? $5 : bar_floor):(0):($6 - ($5 > bar_floor ? $5 : bar_floor)) \
        @error_bar linecolor rgb strong[style_of(k)] linewidth 1, \
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? NaN : $1 + aside(k)):4 \
        with linespoints linecolor rgb strong[style_of(k)] linewidth 1.3 dashtype round_of(k) \
        pointtype mark_of(k) pointsize size_of(k) * dot, \
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $3 + aside(k) : NaN):4 \
        with points linecolor rgb 'white' pointtype filled[style_of(k)] pointsize 1.1 * dot, \
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $3 + aside(k) : NaN):4 \
        with points linecolor rgb strong[style_of(k)] pointtype hollow[style_of(k)] pointsize 1.1 * dot, \
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $2 + aside(k) : NaN):4 \
        with points linecolor rgb light[style_of(k)] pointtype filled[style_of(k)] pointsize 1.1 * dot, \
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $2 + aside(k) : NaN):4 \
        with points linecolor rgb strong[style_of(k)] pointtype hollow[style_of(k)] pointsize 1.1 * dot, \
    for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $1 + aside(k) : NaN):4 \
        with points linecolor rgb strong[style_of(k)] pointtype filled[style_of(k)] pointsize 1.1 * dot"

names_of_lines = "\
    for [k = 1 : n] NaN with linespoints linecolor rgb strong[style_of(k)] linewidth 1.3 \
        dashtype round_of(k) pointtype mark_of(k) pointsize 0.85 * dot title entry(name[k]), \
    NaN with points linecolor rgb neutral pointtype 7 pointsize 0.9 * dot \
        title (has_prices ? 'tiers, packed' : ''), \
    NaN with points linecolor rgb '#BBBBBB' pointtype 7 pointsize 0.9 * dot \
        title (has_prices ? '… with ideal map' : ''), \
    NaN with points linecolor rgb neutral pointtype 6 pointsize 0.9 * dot \
        title (has_prices ? '… entropy-coded' : ''), \
    '+' using (NaN):(NaN):(0):(0) @error_bar linecolor rgb neutral linewidth 1 title bars"
