/* HTML: what a page is made of is escaped, apart from its neighbours, and asks for nothing. */
#include <criterion/criterion.h>
#include <string.h>

#include "report/html_page.h"
#include "report/html_svg.h"
#include "report/layout.h"

static const char *id_of(const void *context, size_t number)
{
    const char *const *ids = context;
    return ids[number];
}

Test(report_html, a_table_is_escaped_and_tells_the_commands_of_its_rows)
{
    static const char *const ids[] = {"m.uniform.text.1234", "it's", NULL};
    struct layout_links links = {"nashswarm run a.yaml --only", "results/a/cells", id_of, ids};
    struct layout l = {.stem = "sample"};
    struct buf out = BUF_INIT;
    buf_adds(&l.caption, "A & B </script>");
    layout_column(&l, LAYOUT_LEFT, "Model");
    layout_column(&l, LAYOUT_RIGHT, "Δ\nLoss");
    layout_from(&l, 0);
    layout_from(&l, 1);
    layout_cell(&l, "<b>\"x\"</b>");
    layout_cell(&l, "−0.29 %%");
    layout_from(&l, 2); /* stored nowhere */
    layout_cell(&l, "second");
    layout_cell(&l, "not measured");
    layout_note(&l, "1 < 2 & 3");
    layout_html(&l, &links, &out);
    cr_assert(buf_check(&out, &(struct err){.text = ""}) == 0);
    cr_assert(!strstr(out.s, "<b>") && !strstr(out.s, "</script>") && !strstr(out.s, "& "));
    cr_assert(strstr(out.s, "A &amp; B &lt;/script&gt;</span></caption>"), "%s", out.s);
    cr_assert(strstr(out.s, "&lt;b&gt;") && strstr(out.s, "1 &lt; 2 &amp; 3"), "%s", out.s);
    cr_assert(strstr(out.s, "Δ<br>Loss") && strstr(out.s, "<th scope=\"col\" class=\"r\">"));
    cr_assert(strstr(out.s, "--only m.uniform.text.1234"), "%s", out.s);
    cr_assert(strstr(out.s, "results/a/cells/m.uniform.text.1234"), "%s", out.s);
    const char *second = strstr(out.s, "second");
    cr_assert(second && !strstr(second, "<details>"), "%s", out.s);
    layout_release(&l);
    buf_release(&out);
}

Test(report_html, figures_keep_their_ids_apart)
{
    struct buf svg = BUF_INIT, out = BUF_INIT;
    struct err e;
    buf_adds(&svg, "<?xml version=\"1.0\"?>\n<svg width=\"9\" id=\"a\"><g id=\"mark\"/>"
                   "<use xlink:href=\"#mark\"/></svg>\n");
    cr_assert(html_svg(&out, &svg, "bill", "bits & more", "bill.svg", &e) == 0, "%s", e.text);
    cr_assert(strstr(out.s, "id=\"bill-mark\"") && strstr(out.s, "#bill-mark"), "%s", out.s);
    cr_assert(strstr(out.s, "aria-label=\"bits &amp; more\"") && !strstr(out.s, "<?xml"), "%s",
              out.s);
    buf_clear(&svg);
    buf_adds(&svg, "<svg width=\"9\">");
    cr_assert(html_svg(&out, &svg, "x", "x", "bill.svg", &e) == -1 && strstr(e.text, "bill.svg"));
    buf_release(&svg);
    buf_release(&out);
}

Test(report_html, style_and_script_ask_for_nothing_elsewhere)
{
    cr_assert(!strstr(html_style, "http") && !strstr(html_style, "url("));
    cr_assert(!strstr(html_script, "http") && !strstr(html_script, "</script"));
}
