/* Whether two texts name other places, or count otherwise: veto.contradict in C.

   What veto.py looks for with regular expressions is looked for here letter by letter, in the same order. A mark is
   told by where it stands in its text; numbers are compared in a copy in which 三 is written 3.
*/

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <uchar.h>

#define NOBODY UINT32_MAX /* where a text begins or ends */
#define LETTERS 256       /* of a text that needs no room of its own */

/* Two letters before the kind of a place, or a number; which kind or unit; and the letters around. */
typedef struct {
    Py_ssize_t start, length;
    int of;
    Py_UCS4 before, after;
} Mark;

typedef struct {
    Py_UCS4 *letters, *digits; /* as written, and with 3 for 三 */
    Mark *places, *numbers;
    Py_ssize_t length, all_places, all_numbers;
    void *room; /* where all of these stand, if they need room of their own */
} Text;

/* Of several that begin alike the first counts. */
static const char32_t *const kinds[] = {
    U"街道", U"社区", U"小区", U"花园", U"大道", U"胡同", U"新村", U"小学", U"中学", U"幼儿园", U"医院", U"公园",
    U"广场", U"大厦", U"市场", U"路",   U"街",   U"巷",   U"苑",   U"镇",   U"桥",   U"站",     U"弄",   NULL,
};
static const char32_t *const units[] = {
    U"号楼", U"号院", U"号线", U"号门", U"号", U"栋", U"幢", U"座", U"单元", U"室",   U"楼",   U"层", U"期",
    U"弄",   U"届",   U"批",   U"次",   U"版", U"集", U"章", U"季", U"日",   U"月",   U"年",   U"点", U"时",
    U"分",   U"周",   U"星期", U"天",   U"小时", U"人", U"名", U"户", U"元",   U"块",   U"万",   U"亿", U"吨",
    U"度",   U"路",   U"辆",   U"米",   U"公里", U"千米", U"岁", U"班", U"%",  U"第",   NULL,
};
#define ORDINAL 48 /* the last one, which stands before a number */
#define NO_UNIT -1
static const char32_t numerals[] = U"零〇一二两三四五六七八九十百千";
static const char32_t no_name[] =
    U"在走认往么至说是的了不到去来上下这那有和与我你他她它从把被给就也都很没要会能可还又再及或等对向过着子大小个每各本该";
static const char32_t common[] = U"马路道路公路铁路线路走路修路堵路上路一路过路网站车站城镇乡镇天桥大街上街逛街";

static int
among(Py_UCS4 letter, const char32_t *letters)
{
    for (; *letters; letters++)
        if (*letters == letter)
            return 1;
    return 0;
}

/* One of 64 bits for each letter: what has none in common with some letters is none of them, and most letters have not. */
static uint64_t
bit(Py_UCS4 letter)
{
    return UINT64_C(1) << letter % 64;
}

static uint64_t
bits(const char32_t *letters)
{
    uint64_t all = 0;
    for (; *letters; letters++)
        all |= bit(*letters);
    return all;
}

static int
is_numeral(Py_UCS4 letter)
{
    return letter > 127 && among(letter, numerals);
}

static int
is_han(Py_UCS4 letter)
{
    return letter >= 0x4e00 && letter <= 0x9fff;
}

/* Return which of some words stands there, and its length; -1 if none does. */
static int
which(const Text *text, Py_ssize_t at, const char32_t *const *words, Py_ssize_t *length)
{
    for (int word = 0; words[word]; word++) {
        Py_ssize_t letter = 0;
        while (words[word][letter] && at + letter < text->length && text->letters[at + letter] == words[word][letter])
            letter++;
        if (!words[word][letter]) {
            *length = letter;
            return word;
        }
    }
    return -1;
}

static Mark
mark(const Text *text, Py_ssize_t start, Py_ssize_t length, int of, Py_ssize_t first, Py_ssize_t end)
{
    return (Mark){start, length, of, first > 0 ? text->letters[first - 1] : NOBODY,
                  end < text->length ? text->letters[end] : NOBODY};
}

static int
is_common(Py_UCS4 letter, Py_UCS4 kind)
{
    for (const char32_t *pair = common; *pair; pair += 2)
        if (pair[0] == letter && pair[1] == kind)
            return 1;
    return 0;
}

static void
name_places(Text *text)
{
    Py_ssize_t end = 0, length;
    uint64_t begin = 0;
    for (int kind = 0; kinds[kind]; kind++)
        begin |= bit(kinds[kind][0]);
    for (Py_ssize_t at = 0; at < text->length; at++) {
        int kind = begin & bit(text->letters[at]) ? which(text, at, kinds, &length) : -1;
        if (kind < 0)
            continue;
        Py_ssize_t start = at - 2;
        at += length - 1;
        if (start < end || !is_han(text->letters[start]) || !is_han(text->letters[start + 1]))
            continue;
        end = at + 1;
        const Py_UCS4 *stem = text->letters + start;
        int told = length > 1 || !is_common(stem[1], stem[2]);
        if (told && !among(stem[0], no_name) && !among(stem[1], no_name))
            text->places[text->all_places++] = mark(text, start, 2, kind, start, end);
    }
}

static Py_ssize_t
after_digits(const Text *text, Py_ssize_t at)
{
    while (at < text->length && Py_UNICODE_ISDECIMAL(text->letters[at]))
        at++;
    return at;
}

static Py_ssize_t
after_number(const Text *text, Py_ssize_t at)
{
    Py_ssize_t end = after_digits(text, at);
    if (end > at)
        return end;
    while (end < text->length && is_numeral(text->letters[end]))
        end++;
    return end;
}

/* Return where a number like 10:30 or 3-5 ends; where it begins, if there is none. */
static Py_ssize_t
after_parts(const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = after_digits(text, start), more;
    if (end == start)
        return start;
    int parts = 0;
    while (end < text->length && among(text->letters[end], U":/.点-") && (more = after_digits(text, end + 1)) > end + 1)
        end = more, parts++;
    return parts ? end : start;
}

/* Add the number that begins there, if one does; return where it ends, or the next letter. */
static Py_ssize_t
count_at(Text *text, Py_ssize_t at)
{
    Py_UCS4 letter = text->letters[at];
    Py_ssize_t start = at, end, length = 0;
    int unit = NO_UNIT, week;
    if (letter == U'第') {
        start = at + 1, end = after_number(text, start);
        if (end == start)
            return at + 1;
        unit = ORDINAL;
    } else if ((week = letter == U'周' || letter == U'星' ? which(text, at, units, &length) : -1) >= 0) {
        start = at + length, end = start + 1;
        if (start >= text->length || !among(text->letters[start], U"一二三四五六日天"))
            return at + 1;
        unit = week, length = 0;
    } else {
        end = after_parts(text, at);
        int parts = end > at;
        if (!parts)
            end = after_number(text, at);
        if (end == at)
            return at + 1;
        unit = which(text, end, units, &length);
        if (unit == ORDINAL || unit < 0)
            unit = NO_UNIT, length = 0;
        if (unit == NO_UNIT && !parts)
            return at + 1;
    }
    text->numbers[text->all_numbers++] = mark(text, start, end - start, unit, at, end + length);
    return end + length;
}

static void
count_numbers(Text *text)
{
    static const char32_t others[] = U"第星周";
    uint64_t begin = bits(numerals) | bits(others);
    for (Py_ssize_t at = 0; at < text->length;) {
        Py_UCS4 letter = text->letters[at];
        int begins = letter < 128 ? letter >= '0' && letter <= '9'
                                  : (begin & bit(letter) && (is_numeral(letter) || among(letter, others))) ||
                                        Py_UNICODE_ISDECIMAL(letter);
        at = begins ? count_at(text, at) : at + 1;
    }
}

/* Read a text, and find what it names and counts. Return -1 without memory. */
static int
read_text(Text *text, PyObject *words, char *here)
{
    static const char32_t digits[] = U"零一二三四五六七八九";
    int kind = PyUnicode_KIND(words);
    const void *data = PyUnicode_DATA(words);
    Py_ssize_t length = PyUnicode_GET_LENGTH(words);
    char *room = here;
    *text = (Text){.length = length};
    if (length > LETTERS && !(room = text->room = PyMem_Malloc(length * (2 * sizeof(Mark) + 2 * sizeof(Py_UCS4)))))
        return -1;
    text->places = (Mark *)room, text->numbers = text->places + length;
    text->letters = (Py_UCS4 *)(text->numbers + length), text->digits = text->letters + length;
    uint64_t counts = bits(numerals);
    for (Py_ssize_t at = 0; at < length; at++) {
        Py_UCS4 letter = text->letters[at] = PyUnicode_READ(kind, data, at);
        text->digits[at] = letter == U'两' ? '2' : letter == U'〇' ? '0' : letter;
        for (int digit = 0; counts & bit(letter) && digit < 10; digit++)
            if (letter == digits[digit])
                text->digits[at] = '0' + digit;
    }
    name_places(text);
    count_numbers(text);
    return 0;
}

static int
same(const Py_UCS4 *one, const Py_UCS4 *other, Py_ssize_t length)
{
    return memcmp(one, other, length * sizeof *one) == 0;
}

static int
ends_with(const Text *text, const Mark *mark, const Text *other, const Mark *its)
{
    return mark->length >= its->length && same(text->digits + mark->start + mark->length - its->length,
                                               other->digits + its->start, its->length);
}

static int
in_place(const Mark *one, const Mark *other, int alike)
{
    int before = one->before == other->before, after = one->after == other->after;
    return alike ? before || after : before && after;
}

static int
number_said(const Text *text, const Mark *mark, const Text *other, const Mark *its)
{
    return mark->of == its->of && mark->length == its->length && ends_with(text, mark, other, its);
}

static int
number_contradicts(const Text *text, const Mark *mark, const Text *other, const Mark *its, int alike)
{
    if (mark->of != its->of || number_said(text, mark, other, its))
        return 0;
    if (ends_with(text, mark, other, its) || ends_with(other, its, text, mark)) /* one may be a piece of the other */
        return mark->before == its->before && (alike || mark->after == its->after);
    return in_place(mark, its, alike);
}

static int
place_said(const Text *text, const Mark *mark, const Text *other, const Mark *its)
{
    return mark->of == its->of && same(text->letters + mark->start, other->letters + its->start, 2);
}

static int
place_contradicts(const Text *text, const Mark *mark, const Text *other, const Mark *its, int alike)
{
    const Py_UCS4 *stem = text->letters + mark->start, *its_stem = other->letters + its->start;
    const char32_t *kind = kinds[mark->of], *its_kind = kinds[its->of];
    if (mark->of == its->of && (stem[0] == its_stem[0] || stem[1] == its_stem[1]))
        return alike;
    for (int letter = 0; letter < 2; letter++)
        if (its_stem[letter] == stem[0] || its_stem[letter] == stem[1] || among(its_stem[letter], kind) ||
            among(stem[letter], its_kind))
            return 0; /* pieces of one name */
    return alike || (mark->of == its->of && in_place(mark, its, 0));
}

typedef int (*Said)(const Text *, const Mark *, const Text *, const Mark *);
typedef int (*Contradicts)(const Text *, const Mark *, const Text *, const Mark *, int);

/* Leave of the marks of a text those that the other does not have; return how many. */
static Py_ssize_t
unsaid(const Text *text, const Mark *marks, Py_ssize_t all, const Text *other, const Mark *theirs, Py_ssize_t of_them,
       Said said, Mark *left)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 0; at < all; at++) {
        Py_ssize_t its = 0;
        while (its < of_them && !said(text, &marks[at], other, &theirs[its]))
            its++;
        if (its == of_them)
            left[count++] = marks[at];
    }
    return count;
}

/* Return whether a mark that one text alone has contradicts one that only the other has; -1 without memory. */
static int
any_contradicts(const Text *text, const Mark *marks, Py_ssize_t all, const Text *other, const Mark *theirs,
                Py_ssize_t of_them, Said said, Contradicts contradicts, int alike)
{
    if (!all || !of_them)
        return 0;
    Mark *ours = PyMem_Malloc((all + of_them) * sizeof *ours), *its = ours + all;
    if (!ours)
        return -1;
    int any = 0;
    Py_ssize_t left = unsaid(text, marks, all, other, theirs, of_them, said, ours),
               of_theirs = left ? unsaid(other, theirs, of_them, text, marks, all, said, its) : 0;
    for (Py_ssize_t one = 0; !any && one < left; one++)
        for (Py_ssize_t another = 0; !any && another < of_theirs; another++)
            any = contradicts(text, &ours[one], other, &its[another], alike);
    PyMem_Free(ours);
    return any;
}

PyDoc_STRVAR(contradict_doc,
             "contradict(words, other, alike)\n--\n\n"
             "Say whether two texts name places, or count, so that they cannot speak of the same. Raises TypeError.");

static PyObject *
contradict(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *words, *other;
    int alike;
    if (!PyArg_ParseTuple(args, "UUp", &words, &other, &alike))
        return NULL;
    Mark here[2][LETTERS * (2 * sizeof(Mark) + 2 * sizeof(Py_UCS4)) / sizeof(Mark) + 1];
    Text one = {0}, two = {0};
    int answer = -1;
    if (read_text(&one, words, (char *)here[0]) == 0 && read_text(&two, other, (char *)here[1]) == 0) {
        answer = any_contradicts(&one, one.places, one.all_places, &two, two.places, two.all_places, place_said,
                                 place_contradicts, alike);
        if (answer == 0)
            answer = any_contradicts(&one, one.numbers, one.all_numbers, &two, two.numbers, two.all_numbers,
                                     number_said, number_contradicts, alike);
    }
    PyMem_Free(one.room);
    PyMem_Free(two.room);
    return answer < 0 ? PyErr_NoMemory() : PyBool_FromLong(answer);
}

static PyMethodDef functions[] = {
    {"contradict", contradict, METH_VARARGS, contradict_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_veto", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC
PyInit__veto(void)
{
    return PyModule_Create(&module);
}
