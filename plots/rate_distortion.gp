# Stored size against squared error, a panel a model and scope, with what is possible at all:
# gnuplot -d -c plots/rate_distortion.gp pdf|png OUTPUT DATA
#
# DATA: as contest.gp says; the measured value is the squared error over the variance of the weights
# in scope. After the lines of a panel comes a block of its floor, a row a point: stored bits per
# weight, relative squared error of reverse water-filling over the tensors at these bits.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("rate_distortion.gp")]
blocks = 1
further = 4
load scripts."contest.gp"
has_floor = 0
do for [m = 1 : n_panels] {
    stats data index block(m, n + 1) using (strcol(2) eq "NaN" ? 0 : 1) nooutput
    has_floor = STATS_max > 0 ? 1 : has_floor
}

# A Gaussian source of unit variance: Shannon's bound, and what a uniform scalar quantizer with
# entropy coding has above it at high rates, π e / 6 = 1.53 dB (Gish and Pierce, 1968).
bound(r) = 2.0 ** (-2 * r)
scalar(r) = r < 1 ? NaN : bound(r) * pi * exp(1) / 6
# Its best quantizers of 2^r levels (Max, 1960; Lloyd, 1982), without entropy coding.
$lloyd_max << EOD
1 0.3634
2 0.1175
3 0.03454
4 0.009497
5 0.002499
EOD

y_low = y_low < bound(x_high) ? y_low : bound(x_high)
set logscale y
set yrange [y_low / 1.5 : y_high * 4]
bar_floor = y_low / 1.5
@decade_ticks
set format y "%g"
set samples 200

set multiplot
do for [m = 1 : n_panels] {
    panel_title = title_of[m]
    @panel
    set format y (outermost(m) ? "%g" : "") # the axis is the same
    plot bound(x) with lines linecolor rgb "#222222" linewidth 1.2, \
         scalar(x) with lines linecolor rgb "#222222" linewidth 1.2 dashtype 2, \
         data index block(m, n + 1) using 1:2 with lines linecolor rgb neutral linewidth 2.4 dashtype 3, \
         $lloyd_max using 1:2 with points linecolor rgb "#222222" pointtype 2 pointsize 0.9 * dot, \
         @points_of_panel
}
x_label = "Stored bits per weight, everything included"
y_label = "Relative squared error"
@legend_panel
plot @names_of_lines, \
     NaN with lines linecolor rgb "#222222" linewidth 1.2 title "Gaussian bound", \
     NaN with lines linecolor rgb "#222222" linewidth 1.2 dashtype 2 title "bound + 1.53 dB", \
     NaN with points linecolor rgb "#222222" pointtype 2 pointsize 0.9 * dot title "Lloyd-Max", \
     NaN with lines linecolor rgb neutral linewidth 2.4 dashtype 3 \
         title (has_floor ? "water-filling" : "")
unset multiplot
