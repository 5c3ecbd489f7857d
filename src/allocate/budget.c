#include "allocate/budget.h"

static const char *const granularities[] = {"weight", "group", "row", "tensor", NULL};
static const char *const sensitivities[] = {"none", "activation", "fisher", NULL};

const struct param budget_params[] = {
    {"bits_per_weight", PARAM_REAL, "bits/weight", "4", 0.01, 32, NULL,
     "stored bits to spend on the weights in scope, map and grids included"},
    {"granularity", PARAM_CHOICE, NULL, "row", 0, 0, granularities,
     "weights that share a choice: one, `group` of them along a row, a row, a tensor"},
    {"options", PARAM_INTS, "bits", "1,2,3,4,5,6,7,8", 0, 8, NULL,
     "bit widths to choose from; 0 makes a player's weights 0"},
    {"steps", PARAM_REALS, "standard deviations",
     "0.06,0.078,0.1,0.13,0.17,0.22,0.28,0.37,0.48,0.62,0.8,1.05,1.36,1.77,2.3,3", 1e-4, 100, NULL,
     "steps to choose from where the grid is `step`, in those of the tensor's weights"},
    {"sensitivity", PARAM_CHOICE, NULL, "fisher", 0, 0, sensitivities,
     "what squared errors are multiplied by: nothing, mean square of the input, Fisher "
     "information"},
    {"sensitivity_power", PARAM_REAL, NULL, "0.25", 0, 2, NULL,
     "power that the sensitivity is raised to: 0 ignores it, 1 believes it"},
};
const size_t budget_n_params = sizeof budget_params / sizeof *budget_params;

enum granularity budget_granularity(const struct params *p)
{
    return (enum granularity)params_list(p, "granularity")->choice;
}

enum sensitivity budget_sensitivity(const struct params *p)
{
    return (enum sensitivity)params_list(p, "sensitivity")->choice;
}

/* Whether a list of options rises, which makes each of them a different one. */
static int check_rising(const struct value *v, const char *name, struct err *e)
{
    for (size_t i = 1; i < v->n; i++) {
        if (v->numbers[i] <= v->numbers[i - 1]) {
            return err_set(e, "%s must rise, but %g follows %g", name, v->numbers[i],
                           v->numbers[i - 1]);
        }
    }
    return 0;
}

int budget_check(const struct params *p, bool steps, const char **which, struct err *e)
{
    bool grouped = budget_granularity(p) == GRANULARITY_GROUP;
    *which = steps ? "steps" : "options";
    if (check_rising(params_list(p, *which), *which, e)) {
        return -1;
    }
    *which = "group";
    if (grouped && !params_has(p, "group")) {
        return err_set(e, "granularity: group needs the size of a group: give group");
    }
    if (!grouped && params_has(p, "group")) {
        return err_set(e, "group goes with granularity: group, not with granularity: %s",
                       params_choice(p, "granularity"));
    }
    return 0;
}
