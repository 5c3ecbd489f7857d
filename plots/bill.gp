# The bit bill, a row a method: gnuplot -d -c plots/bill.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: what stands for what, or ""; titles of groups of rows, each
# with its line; then a row a bar: label, line, bits per weight in scope of payload, map and grids,
# the same at their entropy, weights in scope over all weights, untouched bits over all weights, bits with
# the map alone at its entropy, or 0 where there is none.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("bill.gp")]

stats data index 0 using (note = strcol(1), 1) nooutput
stats data index 2 using (strlen(strcol(1))) nooutput
longest = STATS_max < 46 ? STATS_max : 46
stats data index 2 using 2 nooutput
n_lines = STATS_max
stats data index 2 using ($3 + $4 + $5) nooutput
bits_high = STATS_max
stats data index 2 using 4 nooutput
has_map = STATS_max > 0

line_height = 0.026
foot = 0.075 + (note eq "" ? 0 : 0.028)
aspect = 0.075 + n_lines * line_height + foot
load scripts."style.gp"

left = 0.02 + room_of_names(longest)
left = left < 0.16 ? 0.16 : left
middle = left + 0.56 * (0.965 - left)
top = 1 - 0.064 / aspect
bottom = foot / aspect
payload_colour = strong[1]
map_colour = strong[5]
grid_colour = strong[3]
rest_colour = "#C4C4C4"
bar = "with boxxyerror fillstyle solid 1 noborder linewidth 0"

set yrange [n_lines + 0.6 : 0.4]
set tmargin at screen top
set bmargin at screen bottom
set border 1
set grid noytics xtics
set multiplot

set lmargin at screen left
set rmargin at screen middle - 0.035
set xrange [0 : bits_high * 1.14]
set xtics bits_high > 16 ? 8 : bits_high > 8 ? 2 : 1
set format x "%g"
larger(a, b) = a > b ? a : b
beyond(total, mark) = mark > total - 0.01 * bits_high ? (mark > total ? mark : total) + 0.012 * bits_high : total
seen(bits) = bits > 0 ? bits : -1 # beside the bars
set ytics scale 0 font small
plot data index 2 using (0):2:(0):3:($2 - 0.36):($2 + 0.36):ytic(clipped(strcol(1), 46)) @bar linecolor rgb payload_colour, \
     data index 2 using (0):2:3:($3 + $4):($2 - 0.36):($2 + 0.36) @bar linecolor rgb map_colour, \
     data index 2 using (0):2:($3 + $4):($3 + $4 + $5):($2 - 0.36):($2 + 0.36) @bar linecolor rgb grid_colour, \
     data index 2 using 6:2 with points pointtype 13 pointsize 1.3 * dot linecolor rgb "#FFFFFF", \
     data index 2 using 6:2 with points pointtype 12 pointsize 1.1 * dot linecolor rgb "#000000" linewidth 1.2, \
     data index 2 using (seen($9)):2 with points pointtype 7 pointsize 1.1 * dot linecolor rgb "#FFFFFF", \
     data index 2 using (seen($9)):2 with points pointtype 6 pointsize 0.9 * dot linecolor rgb "#000000" \
         linewidth 1.2, \
     data index 2 using (beyond($3 + $4 + $5, larger($6, $9))):2:(sprintf("%.2f", $3 + $4 + $5)) with labels left offset 0.4, 0 \
         font small textcolor rgb "#222222", \
     data index 1 using (0):2:1 with labels left offset -0.2, 0 font small textcolor rgb "#000000"

unset ytics
set lmargin at screen middle + 0.01
set rmargin at screen 0.965
set xrange [0 : 100]
set xtics 25
share(bits) = 100 * bits / 32
plot data index 2 using (0):2:(0):(share($8)):($2 - 0.36):($2 + 0.36) @bar linecolor rgb rest_colour, \
     data index 2 using (0):2:(share($8)):(share($8 + $7 * $3)):($2 - 0.36):($2 + 0.36) @bar \
         linecolor rgb payload_colour, \
     data index 2 using (0):2:(share($8 + $7 * $3)):(share($8 + $7 * ($3 + $4))):($2 - 0.36):($2 + 0.36) @bar \
         linecolor rgb map_colour, \
     data index 2 using (0):2:(share($8 + $7 * ($3 + $4))):(share($8 + $7 * ($3 + $4 + $5))):($2 - 0.36):($2 + 0.36) \
         @bar linecolor rgb grid_colour, \
     data index 2 using (share($8 + $7 * ($3 + $4 + $5))):2:(sprintf("%.0f", share($8 + $7 * ($3 + $4 + $5)))) \
         with labels left offset 0.3, 0 font small textcolor rgb "#222222"

@legend_page
set key at screen 0.5, 1 - 0.006 / aspect center top horizontal Left reverse samplen 1.2 maxcols 3 width -column_excess * 21
# Labels of the page: gnuplot sets an axis's own at another height in each terminal.
set label 2 "Bits per weight in scope" at screen 0.5 * (left + middle - 0.035), (foot - 0.053) / aspect center
set label 3 "Whole model, % of 32 bits" at screen 0.5 * (middle + 0.975), (foot - 0.053) / aspect center
if (note ne "") {
    set label 1 "Shown: ".note at screen 0.5, 0.017 / aspect center font small textcolor rgb neutral
}
box = "with boxes fillstyle solid 1 noborder"
plot NaN @box linecolor rgb payload_colour title "codes", \
     NaN @box linecolor rgb map_colour title (has_map ? "tier map" : ""), \
     NaN @box linecolor rgb grid_colour title "grids", \
     NaN @box linecolor rgb rest_colour title "untouched tensors", \
     NaN with points pointtype 12 pointsize 1.1 * dot linecolor rgb "#000000" linewidth 1.2 title "codes, map at entropy", \
     NaN with points pointtype 6 pointsize 0.9 * dot linecolor rgb "#000000" linewidth 1.2 \
         title (has_map ? "map at entropy" : "")
unset multiplot
