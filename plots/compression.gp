# Compression against model size: gnuplot -d -c plots/compression.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: the names of the methods; then for each method a row a
# model: name, parameters, parameters as text, compression of the touched tensors (%), its standard
# deviation over seeds, share of the whole model removed (%).

terminal_kind = ARG1
output_path = ARG2
data = ARG3
aspect = 0.62
load ARG0[1 : strlen(ARG0) - strlen("compression.gp")]."style.gp"

stats data index 0 using (1) nooutput
n = STATS_records
array name[n]
longest = 30 # that of the last entries
do for [k = 1 : n] {
    stats data index 0 every ::(k - 1)::(k - 1) using (text = strcol(1), 1) nooutput
    name[k] = text
    longest = strlen(text) > longest ? strlen(text) : longest
}
stats data index 1 using 2 nooutput
smallest = STATS_min
largest = STATS_max
n_models = STATS_records

@axis_of_models
set yrange [0 : 100]
set ytics 20
set ylabel "Removed from 32-bit floats (%)"

plot data index 1 using 2:(NaN):xtic(strcol(1)."\n".strcol(3)) with points, \
     for [k = 1 : n] data index k using (beside($2, k, n)):($5 > 0 ? $4 - $5 : NaN):(0):(2 * $5) \
         @error_bar linecolor rgb strong[style_of(k)] linewidth 1, \
     for [k = 1 : n] data index k using (beside($2, k, n)):6 \
         with linespoints linecolor rgb light[style_of(k)] linewidth 1 pointtype hollow[form_of(k)] \
         pointsize 0.9 * dot, \
     for [k = 1 : n] data index k using (beside($2, k, n)):4 \
         with linespoints linecolor rgb strong[style_of(k)] linewidth 1.4 pointtype filled[form_of(k)] \
         pointsize 0.8 * dot title entry(name[k]), \
     NaN with linespoints linecolor rgb neutral linewidth 1.4 pointtype 7 pointsize 0.8 * dot \
         title "filled: of the tensors touched", \
     NaN with linespoints linecolor rgb neutral linewidth 1 pointtype 6 pointsize 0.9 * dot \
         title "hollow: of the whole model"
