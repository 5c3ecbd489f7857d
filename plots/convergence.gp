# How the solvers converged: gnuplot -d -c plots/convergence.gp pdf|png OUTPUT DATA
#
# DATA, blocks divided by two empty lines: what stands for what, or "", with the numbers of games and of
# searches; the methods that are games; those that search; then a block a game and after them a block a
# search, a row a sweep: index of the method, sweep, relative excess over the end or the bound.

terminal_kind = ARG1
output_path = ARG2
data = ARG3
scripts = ARG0[1 : strlen(ARG0) - strlen("convergence.gp")]

stats data index 0 using (note = strcol(1), n_games = int($2), n_searches = int($3), 1) nooutput
stats data index 1 using (1) nooutput
n_game_methods = n_games > 0 ? STATS_records : 0
stats data index 2 using (1) nooutput
n_search_methods = n_searches > 0 ? STATS_records : 0
n = n_game_methods + n_search_methods
array name[n]
longest = 0
do for [k = 1 : n] {
    in = k > n_game_methods ? 2 : 1
    row = (k > n_game_methods ? k - n_game_methods : k) - 1
    stats data index in every ::row::row using (text = strcol(1), 1) nooutput
    name[k] = text
    longest = strlen(text) > longest ? strlen(text) : longest
}

n_panels = (n_games > 0) + (n_searches > 0)
n_legend = n
left = 0.15
load scripts."panels.gp"

# What is exactly 0 stands on the floor of the axis, which is marked so.
set multiplot
do for [m = 1 : n_panels] {
    unset logscale y # stats would take this and the ranges for its own
    set autoscale
    game = m == 1 && n_games > 0
    first = game ? 3 : 3 + n_games
    last = game ? 2 + n_games : 2 + n_games + n_searches
    shift = game ? 0 : n_game_methods
    low = 1e300
    lowest = 1
    high = 0
    x_high = 1
    array method_of[last]
    do for [b = first : last] {
        stats data index b using ($3 > 0 ? $3 : NaN) nooutput
        if (exists("STATS_records") && STATS_records > 0) {
            low = STATS_min < low ? STATS_min : low
            high = STATS_max > high ? STATS_max : high
        }
        stats data index b using 3 nooutput
        lowest = STATS_min < lowest ? STATS_min : lowest
        stats data index b using 2 nooutput
        x_high = STATS_max > x_high ? STATS_max : x_high
        stats data index b using 1 nooutput
        method_of[b] = int(STATS_max) + shift + 1
    }
    low = high > 0 ? low : 1e-3
    high = high > 0 ? high : 1
    set logscale y
    ground = 10.0 ** (floor(log10(low)) - (lowest <= 0))
    set lmargin at screen left + (m - 1) * (width + gap_x) + (m == 2) * 0.07
    set rmargin at screen left + (m - 1) * (width + gap_x) + width
    set tmargin at screen panel_top(m)
    set bmargin at screen panel_top(m) - height
    set xrange [-0.03 * x_high : 1.03 * x_high]
    set yrange [ground : 10.0 ** ceil(log10(high * 1.3))]
    set xtics autofreq
    if (x_high <= 10) { set xtics 1 }
    set ytics ()
    if (lowest <= 0) { set ytics add ("0" ground) }
    do for [d = floor(log10(low)) : ceil(log10(high * 1.3))] {
        set ytics add ((d < -4 ? sprintf("1e−%d", -d) : sprintf("%g", 10.0 ** d)) 10.0 ** d)
    }
    set xlabel (game ? "Sweep of best replies" : "Iteration of the swarm") offset 0, 0.4
    set label 1 (game ? "Games: above the equilibrium" : "Search: above the bound") at graph 0, 1 left offset 0, 0.75 \
        textcolor rgb "#222222"
    plot for [b = first : last] data index b using 2:($3 > 0 ? $3 : ground) \
             with lines linecolor rgb strong[style_of(method_of[b])] linewidth 1.1, \
         for [b = first : last] data index b every (game ? 1 : 25) using 2:($3 > 0 ? $3 : ground) \
             with points linecolor rgb strong[style_of(method_of[b])] pointtype filled[form_of(method_of[b])] \
             pointsize 0.6 * dot
}
x_label = note eq "" ? "" : "Shown: ".note
y_label = "Relative excess"
@legend_panel
plot for [k = 1 : n] NaN with linespoints linecolor rgb strong[style_of(k)] linewidth 1.1 \
         pointtype filled[form_of(k)] pointsize 0.6 * dot title entry(name[k])
unset multiplot
