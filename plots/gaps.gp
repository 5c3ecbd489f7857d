# Rate-distortion gap of each tensor under each method: gnuplot -d -c plots/gaps.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: what stands for what, or ""; the methods; the tensors; then a
# row a cell: index of the method, of the tensor, stored bits per weight beyond the Gaussian bound.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("gaps.gp")]

stats data index 0 using (note = strcol(1), 1) nooutput
stats data index 1 using (strlen(strcol(1))) nooutput
n_methods = STATS_records
long_method = STATS_max
stats data index 2 using (strlen(strcol(1))) nooutput
n_tensors = STATS_records
long_tensor = STATS_max
stats data index 3 using 3 nooutput
high = STATS_max > 0 ? STATS_max : 1

# Whatever there is more of goes down the page.
turned = n_methods > n_tensors
n_rows = turned ? n_methods : n_tensors
n_columns = turned ? n_tensors : n_methods
longest = turned ? long_method : long_tensor
head = turned ? long_tensor : long_method
clip = 46
longest = longest < clip ? longest : clip
head = head < clip ? head : clip

line_height = 0.026
upright = n_columns * (head + 2) * 0.0085 < 0.7
head_height = upright ? 0.035 : 0.02 + 0.0102 * head
foot = note eq "" ? 0.1 : 0.125
aspect = head_height + n_rows * line_height + foot
load scripts."style.gp"

left = 0.025 + room_of_names(longest)
left = left < 0.1 ? 0.1 : left
column_width = 0.16
width = 0.97 - left
width = width < n_columns * column_width ? width : n_columns * column_width
left = left + 0.5 * (0.97 - left - width) * (width < 0.5)
set lmargin at screen left
set rmargin at screen left + width
set tmargin at screen 1 - head_height / aspect
set bmargin at screen foot / aspect

set palette defined (0 "#F7FBFF", 1 "#C6DBEF", 2 "#6BAED6", 3 "#2171B5", 4 "#08306B")
set cbrange [0 : high]
set xrange [-0.5 : n_columns - 0.5]
set yrange [n_rows - 0.5 : -0.5]
unset border
unset grid
unset key
set colorbox horizontal user origin screen 0.3, screen (foot - 0.036) / aspect size screen 0.4, screen 0.016 / aspect
set cbtics font small offset 0, 0.4
# A label of the page: gnuplot sets the colour box's own at another height in each terminal.
set label 2 "Stored bits per weight beyond the Gaussian bound" at screen 0.5, screen (foot - 0.08) / aspect center \
    font small
set format cb "%g"
if (note ne "") {
    set label 1 "Shown: ".note at screen 0.5, screen 0.016 / aspect center font small textcolor rgb neutral
}

unset xtics
unset ytics
# A true minus, and none before a zero.
signed(text) = text[1:1] eq "-" ? (text + 0 == 0 ? text[2:*] : "−".text[2:*]) : text
digits = n_columns > 18 ? "%.1f" : "%.2f"
x_of(m, t) = turned ? t : m
y_of(m, t) = turned ? m : t
methods = 1
tensors = 2
across = turned ? tensors : methods
down = turned ? methods : tensors
plot data index down using (-0.5):0:(clipped(strcol(1), clip)) with labels right offset -0.6, 0 font small, \
     data index across using (upright ? $0 : NaN):(-0.5):(clipped(strcol(1), clip)) with labels center offset 0, 0.7 font small, \
     data index across using (upright ? NaN : $0):(-0.5):(clipped(strcol(1), clip)) \
         with labels left rotate by 90 offset 0, 0.5 font small, \
     data index 3 using (x_of($1, $2)):(y_of($1, $2)):(x_of($1, $2) - 0.485):(x_of($1, $2) + 0.485): \
         (y_of($1, $2) - 0.47):(y_of($1, $2) + 0.47):3 with boxxyerror fillstyle solid 1 noborder linewidth 0 linecolor palette, \
     data index 3 using (x_of($1, $2)):(y_of($1, $2)):(signed(sprintf(digits, $3))):($3 > 0.5 * high ? 0xFFFFFF : 0x222222) \
         with labels center font tiny textcolor rgb variable
