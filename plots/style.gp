# The look that every figure shares. A script sets `terminal_kind` ("pdf", "png" or "svg"), `output_path`
# and `aspect` (height over width), then loads this file. Names come from specs, so nothing in a
# label is markup (noenhanced).
#
# Colours: Okabe and Ito's, which colour-blind readers tell apart; yellow is left out, it is lost on
# white paper. Shapes differ as well, for print without colour.
#
# SVG is for pages: its letters stay letters, in whatever sans-serif the reader has.

if (terminal_kind eq "pdf") {
    set terminal pdfcairo noenhanced color rounded font "sans,10" dashlength 0.6 size 6.4in,(6.4 * aspect)in
}
if (terminal_kind eq "svg") {
    set terminal svg noenhanced rounded font "sans-serif,12" linewidth 1.3 dashlength 0.6 \
        background "#ffffff" fixed size 760,(760 * aspect)
}
if (terminal_kind eq "png") {
    set terminal pngcairo noenhanced color rounded font "sans,10" fontscale 2.5 linewidth 2.3 \
        pointscale 2.5 dashlength 0.6 background "#ffffff" size 1600,(1600 * aspect)
}
set encoding utf8
set minussign
set output output_path

n_styles = 7
array strong[n_styles] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
array light[n_styles]  = ["#8FC0DD", "#F0B48A", "#8AD0BB", "#E8C6D8", "#F4D48A", "#B3DDF5", "#999999"]
array filled[n_styles] = [7, 5, 9, 11, 13, 15, 7]
array hollow[n_styles] = [6, 4, 8, 10, 12, 14, 6]
style_of(k) = (k - 1) % n_styles + 1

set border 3 linecolor rgb "#444444" linewidth 0.8
set grid ytics linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
set tics nomirror out scale 0.6 textcolor rgb "#222222"
set key noautotitle samplen 2.2 spacing 1.15 textcolor rgb "#222222"
neutral = "#666666"

# gnuplot's own error bars blot out what is under their middle; takes x, lower end, 0, length.
error_bar = "with vectors heads size screen 0.005, 90"

# Models on a logarithmic axis, each named under its tick with its size.
axis_of_models = "\
    set logscale x; \
    set xrange [smallest / 1.35 : largest * 1.35]; \
    set format x ''; \
    set xtics (); \
    set xlabel 'Parameters of the model (log scale)' offset 0, -0.9; \
    set bmargin 5; \
    set key outside top center horizontal Left reverse"

# In a multiplot, after its panels: the page itself, without axes, for a legend (its `set key` comes
# after) and for labels that all panels share.
legend_page = "\
    unset label; \
    set lmargin at screen 0; \
    set rmargin at screen 1; \
    set bmargin at screen 0; \
    set tmargin at screen 1; \
    unset nonlinear y; \
    unset logscale; \
    set xrange [0 : 1]; \
    set yrange [0 : 1]; \
    unset xlabel; \
    unset ylabel; \
    unset border; \
    unset tics; \
    unset grid"
