# The roofline: what is done against what memory and multiply-adds allow, on two logarithmic axes
# (Williams, Waterman, Patterson 2009): gnuplot -d -c plots/roofline.gp pdf|png|svg OUTPUT DATA
#
# DATA: a line of ceilings (GFlop/s of all threads and of one; GB/s read from memory and written);
# after two empty lines, a line a point: label, operations a byte moved, GFlop/s.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("roofline.gp")]
aspect = 0.62
load scripts."style.gp"

stats data index 0 using (peak = $1, one = $2, bandwidth = $3, $1) nooutput
stats data index 1 using 2 nooutput
x_low = STATS_min / 3
x_high = STATS_max * 4
n_points = STATS_records
stats data index 1 using 3 nooutput
y_low = STATS_min / 3

roof(x, ceiling) = x * bandwidth < ceiling ? x * bandwidth : ceiling
array label_of[n_points]
stats data index 1 using (label_of[$0 + 1] = strcol(1), 1) nooutput

set logscale xy
set xrange [x_low : x_high]
set yrange [y_low : peak * 2]
set grid xtics ytics
set format x "%g"
set format y "%g"
set xlabel "Operations a byte moved to or from memory (Flop/byte, log scale)"
set ylabel "Speed (GFlop/s, log scale)"
set samples 500
set key inside bottom right vertical Left reverse samplen 1
set label 1 sprintf("multiply-adds, all threads: %.0f GFlop/s", peak) at graph 0.985, first peak * 1.18 \
    right textcolor rgb strong[7]
# One thread's is under its line where both lines are close.
one_label = one * (one * 1.6 < peak || one > peak * 1.6 ? 1.18 : 1 / 1.18)
set label 2 sprintf("one thread: %.0f GFlop/s", one) at graph 0.985, first one_label right \
    textcolor rgb neutral
# Under the slope, or under the flat where the slope ends left of the axis.
x_label = x_low * 1.25
lower = one < peak ? one : peak
y_label = x_label * bandwidth < lower ? x_label * bandwidth : lower / 1.25
set label 3 sprintf("memory read: %.3g GB/s", bandwidth) at first x_label, first y_label \
    left offset character 1.5, -0.2 textcolor rgb strong[7]
shape_of(k) = k > n_styles ? hollow[style_of(k)] : filled[style_of(k)]

plot roof(x, peak) with lines linecolor rgb strong[7] linewidth 1.6, \
     roof(x, one) with lines linecolor rgb neutral linewidth 1 dashtype 2, \
     for [i = 1 : n_points] data index 1 every ::(i - 1)::(i - 1) using 2:3 with points \
         pointtype shape_of(i) pointsize 1.1 * dot linecolor rgb strong[style_of(i)] title label_of[i]
