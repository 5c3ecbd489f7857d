# Stored size against the change of the loss, a panel a model and scope, a line an allocator:
# gnuplot -d -c plots/allocators.gp pdf|png OUTPUT DATA
#
# DATA: as contest.gp says; the measured value is the change of the loss in nats.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("allocators.gp")]
blocks = 0
further = 0
load scripts."contest.gp"

if (y_low > 0) {
    set logscale y
    set yrange [y_low / 1.4 : y_high * 4]
    bar_floor = y_low / 1.4
    @decade_ticks
} else { # linear within ±0.01 nats, logarithmic beyond
    linear = 0.01
    squeeze(y) = asinh(y / linear)
    y_margin = 0.06 * (squeeze(y_high) - squeeze(y_low)) + 0.05
    set nonlinear y via asinh(y / linear) inverse linear * sinh(y)
    set yrange [linear * sinh(squeeze(y_low) - y_margin) : linear * sinh(squeeze(y_high) + 2 * y_margin)]
    set ytics (-10, -3, -1, -0.3, -0.1, -0.03, -0.01, 0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
}

set multiplot
do for [m = 1 : n_panels] {
    panel_title = title_of[m]
    @panel
    set format y (outermost(m) ? "%g" : "") # the axis is the same
    plot (y_low > 0 ? NaN : 0) with lines linecolor rgb "#444444" linewidth 0.8, \
         @points_of_panel
}
x_label = "Stored bits per weight, everything included"
y_label = "Δ loss, protocol ".protocol." (nats)"
@legend_panel
plot @names_of_lines
unset multiplot
