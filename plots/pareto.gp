# Stored size against loss, a panel a model: gnuplot -d -c plots/pareto.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: the names of the models; the names of the methods; the
# protocol and what bars are, or ""; then for each model and method two blocks, all points and those that no other point of
# the method beats in both size and loss, a row a point, by size: stored bits per weight packed, with
# an ideal map, entropy-coded, Δ loss (%), both ends of its bar, whether there is a map to pay for (1
# or 0).

terminal_kind = ARG1
output_path = ARG2
data = ARG3

stats data index 0 using (1) nooutput
n_models = STATS_records
array model[n_models]
do for [m = 1 : n_models] {
    stats data index 0 every ::(m - 1)::(m - 1) using (text = strcol(1), 1) nooutput
    model[m] = text
}
stats data index 1 using (1) nooutput
n = STATS_records
array name[n]
longest = 32 # the front's entry
do for [k = 1 : n] {
    stats data index 1 every ::(k - 1)::(k - 1) using (text = strcol(1), 1) nooutput
    name[k] = text
    longest = strlen(text) > longest ? strlen(text) : longest
}
stats data index 2 every ::0::0 using (protocol = strcol(1), 1) nooutput
stats data index 2 every ::1::1 using (bars = strcol(1), 1) nooutput
block(m, k) = 3 + 2 * ((m - 1) * n + k - 1)
front(m, k) = block(m, k) + 1
last = front(n_models, n)

# The same axes in every panel. A method with a map also shows what it would cost at best.
stats data index 3:last using ($7 > 0 ? $3 : $1) nooutput
x_low = floor(STATS_min)
stats data index 3:last using 1 nooutput
x_high = ceil(STATS_max)
stats data index 3:last using 4 nooutput
y_low = STATS_min
y_high = STATS_max
if (bars ne "") {
    stats data index 3:last using 5 nooutput
    y_low = STATS_min < y_low ? STATS_min : y_low
    stats data index 3:last using 6 nooutput
    y_high = STATS_max > y_high ? STATS_max : y_high
}
stats data index 3:last using 7 nooutput
has_map = STATS_max > 0

scripts = ARG0[1 : strlen(ARG0) - strlen("pareto.gp")]
n_panels = n_models
n_legend = n + 1 + 2 * has_map + (bars ne "")
left = 0.13
load scripts."panels.gp"

@percents_of_loss
set xrange [x_low - 0.2 : x_high + 0.2]
set xtics 1
set format x "%g"
set grid xtics ytics linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6

set multiplot
do for [m = 1 : n_models] {
    panel_title = model[m]
    @panel
    set format y (outermost(m) ? "%g" : "") # the axis is the same
    # The line at zero is drawn as data: gnuplot misplaces xzeroaxis on a nonlinear axis.
    plot 0 with lines linecolor rgb "#444444" linewidth 0.8, \
         for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $3 : NaN):4:($1 - $3):(0) \
             with vectors nohead linecolor rgb light[style_of(k)] linewidth 1, \
         for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $3 : NaN):4 \
             with points linecolor rgb light[style_of(k)] pointtype hollow[form_of(k)] pointsize 0.7 * dot, \
         for [k = 1 : n] data index block(m, k) using ($7 > 0 ? $2 : NaN):4 \
             with points linecolor rgb light[style_of(k)] pointtype filled[form_of(k)] pointsize 0.7 * dot, \
         for [k = 1 : n] data index block(m, k) using 1:5:(0):($6 - $5) \
             @error_bar linecolor rgb strong[style_of(k)] linewidth 1, \
         for [k = 1 : n] data index front(m, k) using 1:4 \
             with lines linecolor rgb strong[style_of(k)] linewidth 1.2, \
         for [k = 1 : n] data index block(m, k) using 1:4 \
             with points linecolor rgb strong[style_of(k)] pointtype filled[form_of(k)] \
             pointsize 0.7 * dot
}

x_label = "Stored bits per weight"
y_label = "Δ loss, protocol ".protocol." (%)\nlog beyond ±1 %"
@legend_panel
plot for [k = 1 : n] NaN with linespoints linecolor rgb strong[style_of(k)] linewidth 1.2 \
         pointtype filled[form_of(k)] pointsize 0.7 * dot title entry(name[k]), \
     NaN with lines linecolor rgb neutral linewidth 1.2 title "line: Pareto front of the method", \
     NaN with points linecolor rgb "#BBBBBB" pointtype 7 pointsize 0.7 * dot \
         title (has_map ? "pale: with an ideal map" : ""), \
     NaN with points linecolor rgb "#BBBBBB" pointtype 6 pointsize 0.7 * dot \
         title (has_map ? "hollow: entropy-coded" : ""), \
     '+' using (NaN):(NaN):(0):(0) @error_bar linecolor rgb neutral linewidth 1 title bars
unset multiplot
