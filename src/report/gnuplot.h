/*
 * gnuplot: draws one figure with a script of plots/, as PDF, PNG and SVG.
 *
 * The data file stays beside the figure, so a figure can be redrawn by hand. Figures appear whole
 * or not at all, and the same data gives the same bytes on one machine: the date that the PDF
 * writer stamps is overwritten.
 */
#ifndef NS_REPORT_GNUPLOT_H
#define NS_REPORT_GNUPLOT_H

#include "base/buf.h"
#include "base/err.h"

/*
 * The folder with the scripts: $NASHSWARM_PLOTS, else the installed one, else that of the source
 * (base/share.h). A folder counts when it holds style.gp.
 */
int gnuplot_scripts(struct buf *folder, struct err *e);

/*
 * Writes FOLDER/NAME.dat, then draws NAME.pdf, NAME.png and NAME.svg from it with SCRIPTS/NAME.gp.
 * `written` gets the path of each, one a line.
 */
int gnuplot_draw(const char *scripts, const char *folder, const char *name, const struct buf *data,
                 struct buf *written, struct err *e);

/* Removes what gnuplot_draw() made of that name earlier, if it did. */
void gnuplot_remove(const char *folder, const char *name);

#endif
