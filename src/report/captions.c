#include "report/captions.h"

#include <string.h>

const struct figure_caption figure_captions[] = {
    {"compression",
     "Compression against model size. Filled marks: share that the codes remove from the 32-bit "
     "size of the tensors that were quantized, as the study counts; hollow marks: from the whole "
     "model."},
    {"delta_loss",
     "Change of the loss against model size, in percent of the unquantized model's loss: solid "
     "lines under the study's protocol, dashed lines on the text alone. Bars, where there are any, "
     "are 95 % intervals over texts, or else the standard deviation over seeds, as the legend "
     "says. What is of one model stands side by side."},
    {"pareto",
     "Stored bits per weight against the change of the loss. Lines join the points of a method "
     "that no other point of it beats in both; pale marks are the price with an ideal tier map, "
     "hollow ones with codes and map entropy-coded. Bars are 95 % intervals over texts, or else "
     "the "
     "standard deviation over seeds, as the legend says. The axis of the loss is logarithmic "
     "beyond "
     "±1 %."},
    {"allocators",
     "Stored bits per weight, everything included, against the change of the loss, a line a way "
     "of sharing out the bits. Tiers have three prices: packed, with an ideal map, and "
     "entropy-coded. Bars are 95 % intervals over texts, or else the standard deviation over "
     "seeds, as the legend says; where there are bars, lines stand a little beside each other, so "
     "that none covers another."},
    {"rate_distortion",
     "Stored bits per weight against the squared error over the variance of the weights, with "
     "Shannon's bound for a Gaussian source, that bound plus the 1.53 dB of uniform scalar "
     "quantization, and reverse water-filling over the tensors."},
    {"seeds",
     "What sampling the cut does. Top: payload bits per weight and change of the loss under each "
     "seed, in ascending order within a model; short lines: the method without a seed. Bottom: the "
     "chance that a test on so many texts, drawn without replacement, and one seed ranks the two "
     "methods otherwise than all texts and seeds do; the grey line is at 20 texts, the study's "
     "number."},
    {"protocols",
     "Change of the loss under each protocol, in percent of the unquantized model's loss under the "
     "same protocol. Bars are 95 % intervals of the paired difference, from a bootstrap over "
     "texts: what another draw of texts would give. The axis is logarithmic beyond ±1 %."},
    {"bill",
     "The bit bill. Left: stored bits per weight of the quantized tensors, split into codes, tier "
     "map and grids; the study counts the codes alone. Diamonds: codes and map at their entropy. "
     "Circles: codes as they are with the map at its entropy. "
     "Right: the whole model as a share of its 32-bit size, with the tensors that the method "
     "leaves alone as they are stored, at 16 or 32 bits a weight; the table of sizes counts those "
     "at 32."},
    {"gaps",
     "Rate-distortion gap of each tensor: stored bits per weight beyond what a Gaussian source of "
     "its variance needs for its squared error, by Shannon's bound. A bit is 6.02 dB. Of sources "
     "of one variance the Gaussian needs the most bits; weights are not Gaussian, so values below "
     "0 are possible."},
    {"convergence",
     "Convergence of the solvers. Left: what a game's potential is above the equilibrium that it "
     "ends in, against sweeps of best replies. Right: what the best cost of the swarm is above the "
     "least cost that any choice within the budget can have, against iterations. Relative, on "
     "logarithmic axes; one line a budget and scope. What starts where it ends, as games without "
     "couplings do in their equilibrium, is left out."},
};
const size_t figure_n_captions = sizeof figure_captions / sizeof figure_captions[0];

const char *figure_caption(const char *stem)
{
    for (size_t i = 0; i < figure_n_captions; i++) {
        if (strcmp(figure_captions[i].stem, stem) == 0) {
            return figure_captions[i].caption;
        }
    }
    return NULL;
}
