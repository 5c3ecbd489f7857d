# The look that every figure shares. A script sets `terminal_kind` ("pdf", "png" or "svg"), `output_path`
# and `aspect` (height over width), then loads this file. Names come from specs, so nothing in a
# label is markup (noenhanced).
#
# Colours: Okabe and Ito's, which colour-blind readers tell apart; yellow is left out, it is lost on
# white paper. Shapes differ as well, for print without colour.
#
# The three files of a figure are one drawing: a figure is 6.4 inches wide, and letters have 9, 8 or 7
# points at that width. Pango takes a point for 96/72 of one in a PDF and of a pixel in a PNG, so there
# fonts are scaled. SVG knows pixels alone, and gnuplot's own idea of its letters takes no scale. Its
# letters stay letters, in whatever sans-serif the reader has.

inches = 6.4
pixels = terminal_kind eq "svg" ? 760 : 1600
a_point = pixels / (72 * inches) # in pixels
letters(points) = terminal_kind eq "svg" ? sprintf("sans-serif,%.2f", points * a_point) : sprintf("sans,%g", points)
normal = letters(9)
small = letters(8)
tiny = letters(7)
# What else gnuplot makes larger in SVG than in the others: marks, the rows and the columns of a legend.
dot = terminal_kind eq "svg" ? 0.6 : 1
row_spacing = terminal_kind eq "svg" ? 0.92 : 1.15
column_excess = terminal_kind eq "svg" ? 0.13 : 0 # of a letter, for each letter of the longest entry

if (terminal_kind eq "pdf") {
    set terminal pdfcairo noenhanced color rounded font normal fontscale 0.75 linewidth 1.3 \
        pointscale 0.75 dashlength 0.6 size inches in,(inches * aspect)in
}
if (terminal_kind eq "svg") {
    set terminal svg noenhanced rounded font normal linewidth 1.1 dashlength 0.6 \
        background "#ffffff" fixed size pixels,(pixels * aspect)
}
if (terminal_kind eq "png") {
    set terminal pngcairo noenhanced color rounded font normal fontscale (0.75 * a_point) linewidth 2.3 \
        pointscale 2.1 dashlength 0.6 background "#ffffff" size pixels,(pixels * aspect)
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
# Six shapes beside seven colours: no two of 42 series have both in common.
form_of(k) = (k - 1) % 6 + 1

set border 3 linecolor rgb "#444444" linewidth 0.8
set grid ytics linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
set tics nomirror out scale 0.6 textcolor rgb "#222222"
set xtics offset 0, (terminal_kind eq "svg" ? 0.3 : 0)
set key noautotitle samplen 2.2 spacing row_spacing textcolor rgb "#222222"
neutral = "#666666"

# What names of so many letters of 8 points take of the width: those of sweeps, "shares=[20, 30, 50]",
# are mostly digits, which are wide.
room_of_names(letters) = 0.0102 * letters

clipped(text, most) = strlen(text) > most ? substr(text, 1, most - 1)."…" : text
# An entry of a legend, of as many letters as the width of the page has room for.
entry(text) = clipped(text, 70)
length_of_entries(longest) = longest < 70 ? longest : 70

# gnuplot's own error bars blot out what is under their middle; takes x, lower end, 0, length.
error_bar = "with vectors heads size screen 0.005, 90"

# Models on a logarithmic axis, each named under its tick with its size; `longest` is how many letters
# the longest entry of the legend has.
axis_of_models = "\
    set logscale x; \
    set xrange [smallest / 1.35 : largest * 1.35]; \
    set format x ''; \
    set xtics (); \
    set xlabel 'Parameters of the model (log scale)' offset 0, -0.9; \
    set bmargin 5; \
    set key outside top center horizontal Left reverse width -column_excess * length_of_entries(longest)"

# Where series i of n puts a model on that axis: beside the others, so that no bar covers another. All
# of them together take up to half of what a model has of the axis.
share_of_series(n) = 0.5 / (n * n_models) < 0.011 ? 0.5 / (n * n_models) : 0.011
beside(parameters, i, n) = \
    parameters * (1.35 ** 2 * largest / smallest) ** (share_of_series(n) * (i - 0.5 * (n + 1)))

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
