# What the seed of a random method does, and how many texts a ranking takes:
# gnuplot -d -c plots/seeds.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: the random method and the other one; the models; the
# protocols; then for each model and protocol three blocks: a row a seed of its rank (0 to 1), payload
# bits per weight and those of the other method; the same of Δ loss (%); and a row a number of texts:
# that number, chance of a wrong ranking (%).

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("seeds.gp")]

stats data index 0 every ::0::0 using (random = strcol(1), 1) nooutput
stats data index 0 every ::1::1 using (other = strcol(1), 1) nooutput
stats data index 1 using (1) nooutput
n_models = STATS_records
array model[n_models]
do for [m = 1 : n_models] {
    stats data index 1 every ::(m - 1)::(m - 1) using (text = strcol(1), 1) nooutput
    model[m] = text
}
stats data index 2 using (1) nooutput
n_protocols = STATS_records
array protocol[n_protocols]
do for [p = 1 : n_protocols] {
    stats data index 2 every ::(p - 1)::(p - 1) using (text = strcol(1), 1) nooutput
    protocol[p] = text
}
bits(m, p) = 3 + 3 * ((m - 1) * n_protocols + p - 1)
loss(m, p) = bits(m, p) + 1
wrong(m, p) = bits(m, p) + 2

longest = strlen(other)
do for [m = 1 : n_models] { longest = strlen(model[m]) > longest ? strlen(model[m]) : longest }
n_legend = n_models + n_protocols + 1
n_panels = 4
left = 0.14
load scripts."panels.gp"

high = 0
do for [m = 1 : n_models] {
    do for [p = 1 : n_protocols] {
        stats data index wrong(m, p) using (strcol(2) eq "NaN" ? 0 : $2) nooutput
        high = STATS_max > high ? STATS_max : high
    }
}
gap = 0.14 # between the panels at the top, for the labels of the right one
half = (0.98 - left - gap) / 2
bits_low = 1e300
bits_high = 0
do for [m = 1 : n_models] {
    stats data index bits(m, 1) using 2 nooutput
    bits_low = STATS_min < bits_low ? STATS_min : bits_low
    bits_high = STATS_max > bits_high ? STATS_max : bits_high
}
spread(m, rank) = m + 0.8 * (rank - 0.5)
mark(m, p) = p == 1 ? filled[form_of(m)] : hollow[form_of(m)]
set xrange [0.5 : n_models + 0.5]
set multiplot

set lmargin at screen left
set rmargin at screen left + half
set tmargin at screen panel_top(1)
set bmargin at screen panel_top(1) - height
unset xtics
set ylabel "Payload bits per weight"
if (bits_low == bits_high) { set yrange [bits_low - 0.01 : bits_high + 0.01] }
# The other method has another number of bits altogether: it would flatten the panel.
plot for [m = 1 : n_models] data index bits(m, 1) using (spread(m, $1)):2 \
         with points linecolor rgb strong[style_of(m)] pointtype filled[form_of(m)] pointsize 0.35 * dot

set lmargin at screen left + half + gap
set rmargin at screen 0.98
set ylabel "Δ loss (%)"
set autoscale y
plot 0 with lines linecolor rgb "#444444" linewidth 0.8, \
     for [m = 1 : n_models] for [p = 1 : n_protocols] data index loss(m, p) using (spread(m, $1)):2 \
         with points linecolor rgb strong[style_of(m)] pointtype mark(m, p) pointsize 0.35 * dot, \
     for [m = 1 : n_models] for [p = 1 : n_protocols] data index loss(m, p) \
         using (m - 0.4):($0 == 0 ? $3 : NaN):(0.8):(0) \
         with vectors nohead linecolor rgb neutral linewidth 1.4 dashtype p

set lmargin at screen left
set rmargin at screen 0.98
set tmargin at screen panel_top(3)
set bmargin at screen panel_top(3) - height
set logscale x
set xrange [4.6 : 140]
set xtics nomirror out scale 0.6 textcolor rgb "#222222" (5, 10, 20, 30, 50, 80, 128)
set xlabel "Texts in the test" offset 0, 0.4
set ylabel "Ranked wrongly (%)"
set yrange [0 : high > 0 ? 1.08 * high : 50]
if (high == 0) { set label 2 "no evidence token by token is stored" at graph 0.5, 0.5 center textcolor rgb neutral }
set arrow 1 from 20, graph 0 to 20, graph 1 nohead linecolor rgb "#BBBBBB" linewidth 1.4 back
plot for [m = 1 : n_models] for [p = 1 : n_protocols] data index wrong(m, p) using 1:2 \
         with linespoints linecolor rgb strong[style_of(m)] linewidth 1.4 dashtype p \
         pointtype mark(m, p) pointsize 0.7 * dot
unset arrow 1
unset label 2

x_label = ""
y_label = ""
@legend_panel
plot for [m = 1 : n_models] NaN with linespoints linecolor rgb strong[style_of(m)] linewidth 1.4 \
         pointtype filled[form_of(m)] pointsize 0.7 * dot title entry(model[m]), \
     for [p = 1 : n_protocols] NaN with linespoints linecolor rgb neutral linewidth 1.4 dashtype p \
         pointtype (p == 1 ? 7 : 6) pointsize 0.7 * dot title "protocol ".protocol[p], \
     NaN with lines linecolor rgb neutral linewidth 1.4 title other
unset multiplot
