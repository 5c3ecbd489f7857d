/* base/share and `make install`: an installed program finds its scripts and settings from anywhere.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "support.h"

Test(base_share, an_installed_program_needs_no_source_tree)
{
    struct scratch s = scratch_new();
    struct buf out = BUF_INIT, error = BUF_INIT, line = BUF_INIT;
    buf_addf(
        &line,
        "mkdir -p prefix/bin prefix/share/nashswarm work && cp \"$NASHSWARM\" "
        "prefix/bin/nashswarm && cp -R \"$NASHSWARM_SOURCE\"/{plots,configs} "
        "prefix/share/nashswarm/ "
        "&& mkdir -p prefix/share/nashswarm/data/{models,texts} && cd \"$NASHSWARM_SOURCE\" && "
        "cp data/models/books-1m.h5 '%s/prefix/share/nashswarm/data/models/' && "
        "cp data/texts/heldout.txt '%s/prefix/share/nashswarm/data/texts/' && cd '%s/work' && "
        "printf 'name: mine\\nmodels: [books-1m]\\ntexts: heldout\\nsamples: 2\\n"
        "methods: [uniform4, nash-swarm-exact]\\n' > mine.yaml && "
        "env -u NASHSWARM_PLOTS -u NASHSWARM_CONFIGS ../prefix/bin/nashswarm run mine.yaml "
        "&& ls plots/mine/*.png",
        s.folder, s.folder, s.folder);
    int status = run_program(s.folder, line.s, &out, &error);
    cr_assert(status == 0, "%d: %s", status, buf_text(&error));
    cr_assert(strstr(out.s, "plots/mine/compression.png") != NULL, "%s", out.s);
    buf_release(&out);
    buf_release(&error);
    buf_release(&line);
    scratch_remove(&s);
}
