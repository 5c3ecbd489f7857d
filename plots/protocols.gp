# Change of the loss under each protocol, a panel a model: gnuplot -d -c plots/protocols.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: what stands for what and what bars are, or ""; the titles of
# the panels; the methods; the protocols; then for each panel a block a method, a row a protocol: its
# index, Δ loss (%), both ends of its bar.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("protocols.gp")]

stats data index 0 every ::0::0 using (note = strcol(1), 1) nooutput
stats data index 0 every ::1::1 using (bars = strcol(1), 1) nooutput
stats data index 1 using (1) nooutput
n_panels = STATS_records
array title_of[n_panels]
do for [m = 1 : n_panels] {
    stats data index 1 every ::(m - 1)::(m - 1) using (text = strcol(1), 1) nooutput
    title_of[m] = text
}
stats data index 2 using (1) nooutput
n = STATS_records
array name[n]
longest = 0
do for [k = 1 : n] {
    stats data index 2 every ::(k - 1)::(k - 1) using (text = strcol(1), 1) nooutput
    name[k] = text
    longest = strlen(text) > longest ? strlen(text) : longest
}
stats data index 3 using (1) nooutput
n_protocols = STATS_records
block(m, k) = 4 + (m - 1) * n + k - 1
last = block(n_panels, n)

stats data index 4:last using 2 nooutput
y_low = STATS_min < 0 ? STATS_min : 0
y_high = STATS_max > 0 ? STATS_max : 0
if (bars ne "") {
    stats data index 4:last using 3 nooutput
    y_low = STATS_min < y_low ? STATS_min : y_low
    stats data index 4:last using 4 nooutput
    y_high = STATS_max > y_high ? STATS_max : y_high
}

n_legend = n + (bars ne "")
left = 0.13
load scripts."panels.gp"
@percents_of_loss

round_of(k) = 1 + (k - 1) / n_styles
mark_of(k) = round_of(k) % 2 == 1 ? filled[style_of(k)] : hollow[style_of(k)]
step = n > 1 ? 0.6 / (n - 1) < 0.16 ? 0.6 / (n - 1) : 0.16 : 0
at(p, k) = p + step * (k - 0.5 * (n + 1))

set xrange [-0.5 : n_protocols - 0.5]
set grid noxtics ytics linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
set multiplot
do for [m = 1 : n_panels] {
    panel_title = title_of[m]
    @panel
    set format y (outermost(m) ? "%g" : "") # the axis is the same
    # The line at zero is drawn as data: gnuplot misplaces xzeroaxis on a nonlinear axis.
    plot 0 with lines linecolor rgb "#444444" linewidth 0.8, \
         data index 3 using 0:(NaN):xtic(strcol(1)) with points, \
         for [k = 1 : n] data index block(m, k) using (at($1, k)):3:(0):($4 - $3) \
             @error_bar linecolor rgb strong[style_of(k)] linewidth 1.2, \
         for [k = 1 : n] data index block(m, k) using (at($1, k)):2 \
             with points linecolor rgb strong[style_of(k)] pointtype mark_of(k) pointsize 0.9 * dot
}
x_label = "Protocol".(note eq "" ? "" : " (shown: ".note.")")
y_label = "Δ loss (%)\nlog beyond ±1 %"
@legend_panel
plot for [k = 1 : n] NaN with points linecolor rgb strong[style_of(k)] pointtype mark_of(k) pointsize 0.9 * dot \
         title entry(name[k]), \
     '+' using (NaN):(NaN):(0):(0) @error_bar linecolor rgb neutral linewidth 1 title bars
unset multiplot
