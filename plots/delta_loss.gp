# Change of the loss against model size: gnuplot -d -c plots/delta_loss.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: the names of the methods; what bars are, or ""; the names of
# the protocols, the study's first; then for each method and protocol a row a model: name, parameters,
# parameters as text, Δ loss (%), both ends of its bar.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
aspect = 0.62
load ARG0[1 : strlen(ARG0) - strlen("delta_loss.gp")]."style.gp"

stats data index 0 using (1) nooutput
n = STATS_records
array name[n]
longest = 24 # that of the last entries
do for [k = 1 : n] {
    stats data index 0 every ::(k - 1)::(k - 1) using (text = strcol(1), 1) nooutput
    name[k] = text
    longest = strlen(text) > longest ? strlen(text) : longest
}
stats data index 1 using (bars = strcol(1), 1) nooutput
stats data index 2 using (1) nooutput
n_protocols = STATS_records
array protocol[n_protocols]
do for [p = 1 : n_protocols] {
    stats data index 2 every ::(p - 1)::(p - 1) using (text = strcol(1), 1) nooutput
    protocol[p] = text
}
block(k, p) = 2 + (k - 1) * n_protocols + p
stats data index 3 using 2 nooutput
smallest = STATS_min
largest = STATS_max
n_models = STATS_records
series(k, p) = (k - 1) * n_protocols + p
at(parameters, k, p) = beside(parameters, series(k, p), n * n_protocols)

@axis_of_models
set offsets 0, 0, graph 0.05, graph 0.05
set ylabel "Δ loss (%)"
set xzeroaxis linetype 1 linecolor rgb "#444444" linewidth 0.8

plot data index 3 using 2:(NaN):xtic(strcol(1)."\n".strcol(3)) with points, \
     for [p = 1 : n_protocols] for [k = 1 : n] \
         data index block(k, p) using (at($2, k, p)):5:(0):($6 - $5) \
         @error_bar linecolor rgb strong[style_of(k)] linewidth 1, \
     for [p = 1 : n_protocols] for [k = 1 : n] \
         data index block(k, p) using (at($2, k, p)):4 \
         with lines linecolor rgb strong[style_of(k)] linewidth 1.4 dashtype p, \
     for [p = 2 : n_protocols] for [k = 1 : n] \
         data index block(k, p) using (at($2, k, p)):4 \
         with points linecolor rgb "#FFFFFF" pointtype filled[form_of(k)] pointsize dot, \
     for [p = 1 : n_protocols] for [k = 1 : n] \
         data index block(k, p) using (at($2, k, p)):4 \
         with points linecolor rgb strong[style_of(k)] linewidth (p == 1 ? 1.4 : 1) \
         pointtype (p == 1 ? filled[form_of(k)] : hollow[form_of(k)]) pointsize (p == 1 ? 0.8 : 0.95) * dot, \
     for [k = 1 : n] \
         NaN with linespoints linecolor rgb strong[style_of(k)] linewidth 1.4 pointtype filled[form_of(k)] \
         pointsize 0.8 * dot title entry(name[k]), \
     for [p = 1 : n_protocols] \
         NaN with linespoints linecolor rgb neutral linewidth 1.4 dashtype p \
         pointtype (p == 1 ? 7 : 6) pointsize 0.8 * dot \
         title (p == 1 ? "solid" : "dashed").": protocol ".protocol[p], \
     '+' using (NaN):(NaN):(0):(0) @error_bar linecolor rgb neutral linewidth 1 title bars
