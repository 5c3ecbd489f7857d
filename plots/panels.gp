# Figures of several panels with the same axes, two to a row, under one legend. A script sets
# `scripts` (the folder of this file), `terminal_kind`, `output_path`, `n_panels`, `n_legend` (entries)
# and `longest` (how many letters the longest entry has), then loads this file, which loads style.gp.
# Then, in a multiplot: @panel places panel m, under `panel_title`, and `outermost` says whether it has
# the labels of y; @legend_panel, after the last one, is the page itself, for the legend and for labels
# that all panels share. `left` may be set too: the room for the labels of y, as a share of the width.

columns = n_panels > 1 ? 2 : 1
rows = (n_panels + columns - 1) / columns
legend_columns = longest > 38 ? 1 : longest > 22 ? 2 : 3
legend_height = 0.014 + 0.028 * ((n_legend + legend_columns - 1) / legend_columns)
aspect = (columns == 1 ? 0.5 : 0.38 * rows) + 0.05 + legend_height
load scripts."style.gp"

legend_share = legend_height / aspect
label_share = 0.04 / aspect
left = exists("left") ? left : 0.12
gap_x = 0.03
gap_y = 0.08 / aspect # the title above a panel and the ticks below it
width = (0.98 - left - (columns - 1) * gap_x) / columns
height = (1 - legend_share - label_share - rows * gap_y) / rows
panel_left(m) = left + ((m - 1) % columns) * (width + gap_x)
panel_top(m) = 1 - legend_share - ((m - 1) / columns) * (height + gap_y) - 0.4 * gap_y
outermost(m) = (m - 1) % columns == 0

panel = "\
    set lmargin at screen panel_left(m); \
    set rmargin at screen panel_left(m) + width; \
    set label 1 clipped(panel_title, columns == 1 ? 80 : 38) at graph 0, 1 left offset 0, 0.75 textcolor rgb '#222222'; \
    set tmargin at screen panel_top(m); \
    set bmargin at screen panel_top(m) - height"

# y_label is at the left, x_label at the foot.
legend_panel = "\
    @legend_page; \
    set label 1 x_label at screen 0.5, 0.35 * label_share center; \
    set label 2 y_label at screen 0.016, 0.5 * (1 - legend_share + label_share) center rotate by 90; \
    set key at screen 0.5, 0.99 center top horizontal Left reverse maxcols legend_columns width -column_excess * length_of_entries(longest)"

# The axis of Δ loss in percent from y_low to y_high: linear within ±1 %, logarithmic beyond, for losses
# run from a thousandth to a thousandfold.
squeeze(y) = asinh(y)
percents_of_loss = "\
    y_margin = 0.06 * (squeeze(y_high) - squeeze(y_low)) + 0.05; \
    set nonlinear y via asinh(y) inverse sinh(y); \
    set yrange [sinh(squeeze(y_low) - y_margin) : sinh(squeeze(y_high) + y_margin)]; \
    set ytics (-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300, 1000, 10000)"
