#include <criterion/criterion.h>
#include <string.h>

#include "report/escape.h"
#include "report/layout.h"

static struct layout sample(void)
{
    struct layout l = {.stem = "sample"};
    buf_adds(&l.caption, "What 4_bits cost");
    layout_column(&l, LAYOUT_LEFT, "Model");
    layout_column(&l, LAYOUT_RIGHT, "Nash\nΔ Loss");
    layout_cell(&l, "a_b|c");
    layout_cell(&l, "−0.74 %%");
    layout_cell(&l, "%s", "[x]");
    layout_cell(&l, "3×");
    layout_note(&l, "One & only.");
    return l;
}

static void expect(void (*form)(const struct layout *, struct buf *), const char *text)
{
    struct layout l = sample();
    struct buf out = BUF_INIT;
    form(&l, &out);
    cr_assert(strcmp(buf_text(&out), text) == 0, "%s", buf_text(&out));
    buf_release(&out);
    layout_release(&l);
}

Test(report_layout, lines_columns_up_by_code_points)
{
    expect(layout_terminal, "What 4_bits cost\n\n"
                            "          Nash\n"
                            "Model   Δ Loss\n"
                            "-----  -------\n"
                            "a_b|c  −0.74 %\n"
                            "[x]         3×\n"
                            "\n  One & only.\n");
}

Test(report_layout, is_a_pipe_table_in_markdown)
{
    expect(layout_markdown, "**What 4\\_bits cost**\n\n"
                            "| Model | Nash Δ Loss |\n"
                            "|:---|---:|\n"
                            "| a\\_b\\|c | −0.74 % |\n"
                            "| [x] | 3× |\n"
                            "\n- One &amp; only.\n");
}

Test(report_layout, is_a_booktabs_tabular_in_latex)
{
    expect(layout_latex, "\\begin{tabular}{@{}lr@{}}\n\\toprule\n"
                         "Model & \\begin{tabular}[b]{@{}r@{}}Nash\\\\$\\Delta$ Loss\\end{tabular} "
                         "\\\\\n\\midrule\n"
                         "a\\_b$|$c & $-$0.74 \\% \\\\\n"
                         "{[}x] & 3$\\times$ \\\\\n"
                         "\\bottomrule\n\\end{tabular}\n");
    expect(layout_latex_notes, "What 4\\_bits cost\nOne \\& only.\n");
}

Test(report_layout, escapes_everything_that_latex_gives_a_meaning_to)
{
    struct buf out = BUF_INIT;
    const char *text = "\\{}#$%&_~^";
    escape_latex(text, strlen(text), &out);
    cr_assert(strcmp(out.s, "\\textbackslash{}\\{\\}\\#\\$\\%\\&\\_\\textasciitilde{}"
                            "\\textasciicircum{}") == 0,
              "%s", out.s);
    buf_release(&out);
}

/* LaTeX makes an en dash of two hyphens, and quotes or upside-down marks of other pairs. */
Test(report_layout, keeps_characters_apart_that_latex_would_join)
{
    struct buf out = BUF_INIT;
    const char *text = "a--b---c '' `` ,, ?` !` -'";
    escape_latex(text, strlen(text), &out);
    cr_assert(strcmp(out.s, "a-{}-b-{}-{}-c '{}' `{}` ,{}, ?{}` !{}` -'") == 0, "%s", out.s);
    buf_release(&out);
}

Test(report_layout, lets_no_control_character_or_broken_byte_through)
{
    struct buf out = BUF_INIT;
    const char text[] = "a\x1b[31m\xff\n\xc3\xa9\u202e";
    escape_terminal(text, sizeof text - 1, &out);
    cr_assert(strcmp(out.s, "a [31m? é ") == 0, "%s", out.s);
    cr_assert(utf8_columns(text, sizeof text - 1) == 10);
    buf_release(&out);
}
