/* Which recognisers may find something in a text: glance.Glance in C.

   Each test is no narrower than what it stands for, and nearly as narrow: it looks at what must stand beside a word or
   a letter if its recogniser is to find anything there.
*/

#include "../text/automaton.h"
#include "../text/module.h"
#include "../text/passing.h"

#define CODE_POINTS 0x110000
#define XIE 0x8c22 /* 谢, a word and a family */
#define GAN 0x611f /* 感 */

/* The looks, by bit, in the order of looks.LOOKS. */
enum {
    NUMBERS = 1 << 0,
    PLATES = 1 << 1,
    ADDRESSES = 1 << 2,
    HANDLES = 1 << 3,
    DOCUMENTS = 1 << 4,
    DEVICES = 1 << 5,
    DOORS = 1 << 6,
    CLASSES = 1 << 7,
    NAMES = 1 << 8,
    OTHERS = 1 << 9,
    RECORDS = 1 << 10,
    CHILD = 1 << 11,
    MASKED = 1 << 12,
    UNSEEN = 1 << 13,
};

/* What a letter may be, by bit, in the order of glance.LETTERS. */
enum {
    STOP = 1 << 0,          /* a letter at which to look round */
    DIGIT = 1 << 1,         /* of any script, or as it is spoken */
    CROSS = 1 << 2,         /* the last of an identity number */
    GAP = 1 << 3,           /* what people put between digits */
    ARABIC = 1 << 4,        /* 0 to 9 */
    LATIN = 1 << 5,         /* a to z */
    FAMILY = 1 << 6,        /* begins the name of a family */
    LEADS = 1 << 7,         /* ends that of one before a form of address */
    NO_GIVEN = 1 << 8,      /* does not begin a given name behind that of a family */
    NOT_BETWEEN = 1 << 9,   /* does not stand in a given name before a form of address */
    HAN = 1 << 10,          /* as records take it */
    FOREIGN = 1 << 11,      /* stands beside the dot of a foreign name */
    CALLED = 1 << 12,       /* a family behind 老 or 小 */
    SEPARATES = 1 << 13,    /* in a plate */
    COUNTED = 1 << 14,      /* stands before 单元, 班 or 岁 */
    NO_ROOM = 1 << 15,      /* behind the number of no room */
    FORM_GAP = 1 << 16,     /* behind a name on a form */
    BEHIND_SEX = 1 << 17,   /* on a form */
    CALLS = 1 << 18,        /* stands before a name on a form */
    COPULA = 1 << 19,       /* between a word for oneself and a name */
    OF_ACCOUNT = 1 << 20,   /* between a network and an account, or a telephone and its number */
    PROVINCE = 1 << 21,
    BUILDING = 1 << 22,
    DOT = 1 << 23,          /* in a foreign name */
    INVISIBLE = 1 << 24,
};
#define NOTABLE (STOP | DIGIT | CROSS | GAP | LATIN) /* the other letters change nothing by themselves */

/* What a word may be, by bit, in the order of glance.WORDS. */
enum {
    TITLE = 1 << 0,    /* a name may follow */
    ADDRESS = 1 << 1,  /* a name may go before */
    NETWORK = 1 << 2,
    PAPER = 1 << 3,
    DEVICE = 1 << 4,
    PEOPLE = 1 << 5,
    FORM = 1 << 6,     /* asked for on a form */
    OWN_CHILD = 1 << 7,
    TELEPHONE = 1 << 8,
    UNIT = 1 << 9,
    ROOM = 1 << 10,
    AT = 1 << 11,
    POLICE = 1 << 12,  /* on a plate */
};

typedef struct {
    PyObject_HEAD
    Automaton *automaton;
    Py_buffer letters; /* uint32 by code point */
    Py_buffer words;   /* uint32 by word */
} Glance;

static PyTypeObject *automaton_type;

static void
Glance_dealloc(Glance *self)
{
    PyBuffer_Release(&self->letters);
    PyBuffer_Release(&self->words);
    Py_CLEAR(self->automaton);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
take(Py_buffer *buffer, PyObject *from, Py_ssize_t count)
{
    if (PyObject_GetBuffer(from, buffer, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (buffer->itemsize == sizeof(uint32_t) && buffer->len == count * (Py_ssize_t)sizeof(uint32_t))
        return 0;
    PyErr_SetString(PyExc_ValueError, "one uint32 for each, no more and no less");
    return -1;
}

static int
Glance_fill(Glance *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"automaton", "letters", "words", NULL};
    PyObject *automaton, *letters, *words;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!OO", names, automaton_type, &automaton, &letters, &words))
        return -1;
    if (take(&self->letters, letters, CODE_POINTS) < 0 ||
        take(&self->words, words, ((Automaton *)automaton)->words) < 0)
        return -1;
    self->automaton = (Automaton *)Py_NewRef(automaton);
    return 0;
}

static PyObject *
Glance_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Glance_fill);
}

/* A text, and what each of its letters may be. Beyond its ends stands NUL, which is nothing. */
typedef struct {
    const uint32_t *letters;
    int kind;
    const void *data;
    Py_ssize_t length;
} Text;

static inline Py_UCS4
letter(const Text *text, Py_ssize_t at)
{
    return at < 0 || at >= text->length ? 0 : PyUnicode_READ(text->kind, text->data, at);
}

static inline int
is(const Text *text, Py_ssize_t at, uint32_t what)
{
    return at >= 0 && at < text->length && (text->letters[PyUnicode_READ(text->kind, text->data, at)] & what) != 0;
}

/* Return how many letters from a place on are of a kind, at most *most*. */
static Py_ssize_t
row(const Text *text, Py_ssize_t at, uint32_t what, Py_ssize_t most)
{
    Py_ssize_t count = 0;
    while (count < most && is(text, at + count, what))
        count++;
    return count;
}

static int
is_hex(Py_UCS4 letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

/* Whether a name may begin at a place: a family, and what may begin a given name; or one in Latin letters. */
static int
name_begins(const Text *text, Py_ssize_t at)
{
    return (is(text, at, FAMILY) && at + 1 < text->length && !is(text, at + 1, NO_GIVEN)) ||
           row(text, at, LATIN, 3) == 3;
}

static int
name_follows(const Text *text, Py_ssize_t at)
{
    for (int copula = 0; copula <= is(text, at, COPULA); copula++) {
        Py_ssize_t begin = at + copula;
        for (int gap = 0; gap < 2 && (letter(text, begin) == ':' || letter(text, begin) == ' '); gap++)
            begin++;
        if (name_begins(text, begin))
            return 1;
    }
    return 0;
}

/* Whether a letter before a form of address only thanks: 谢谢师傅, 感谢网格员. No family begins where a word ends. */
static int
thanks(const Text *text, Py_ssize_t at, Py_ssize_t start)
{
    Py_UCS4 before = letter(text, at - 1);
    return letter(text, at) == XIE &&
           (before == XIE || before == GAN || (at + 2 == start && letter(text, at + 1) == XIE));
}

static int
name_before(const Text *text, Py_ssize_t start)
{
    for (Py_ssize_t at = start - 1; at >= 0 && at >= start - 3; at--) {
        if (is(text, at, LEADS) && !thanks(text, at, start))
            return 1;
        if (is(text, at, NOT_BETWEEN))
            return 0;
    }
    return 0;
}

/* Whether an account begins at a place. */
static int
account_begins(const Text *text, Py_ssize_t at)
{
    if (is(text, at, LATIN)) {
        Py_ssize_t count = 1;
        while (count < 6 && (is(text, at + count, LATIN | ARABIC) || letter(text, at + count) == '_' ||
                             letter(text, at + count) == '-'))
            count++;
        if (count == 6)
            return 1;
    }
    if (row(text, at, DIGIT, 5) == 5)
        return 1;
    Py_ssize_t spaced = 0;
    while (spaced < 6 && is(text, at + 2 * spaced, DIGIT) && (spaced == 5 || letter(text, at + 2 * spaced + 1) == ' '))
        spaced++;
    return spaced == 6;
}

/* Whether an account stands behind the name of a network: 微信号同号:是 abc12345 */
static int
account_follows(const Text *text, Py_ssize_t at)
{
    for (Py_ssize_t begin = at; begin <= at + 8; begin++) {
        if (account_begins(text, begin))
            return 1;
        if (!is(text, begin, OF_ACCOUNT))
            return 0;
    }
    return 0;
}

/* Whether digits stand behind a word for a telephone: 电话号码是:2000000 */
static int
number_follows(const Text *text, Py_ssize_t at)
{
    for (Py_ssize_t begin = at; begin <= at + 4; begin++) {
        if (row(text, begin, DIGIT, 3) == 3)
            return 1;
        if (!is(text, begin, OF_ACCOUNT))
            return 0;
    }
    return 0;
}

/* Whether a name stands on a form before what ends at a place: two to four characters that begin with a family. */
static int
name_on_form(const Text *text, Py_ssize_t end)
{
    for (int gap = 0; gap < 2 && is(text, end - 1, FORM_GAP); gap++)
        end--;
    for (Py_ssize_t start = end - 1; start >= end - 4 && is(text, start, HAN); start--)
        if (start <= end - 2 && is(text, start, FAMILY) &&
            (start == 0 || !is(text, start - 1, HAN) || is(text, start - 1, CALLS)))
            return 1;
    return 0;
}

/* Whether a room stands at a place: three or four digits, and no word behind them that counts something else. */
static int
room_begins(const Text *text, Py_ssize_t at)
{
    Py_ssize_t digits = row(text, at, ARABIC, 5);
    if (digits < 3)
        return row(text, at, DIGIT, 3) == 3;
    return digits == 5 || !is(text, at + digits, NO_ROOM) || letter(text, at + digits) == 0x53f7; /* 号房 */
}

/* Whether a room stands behind a building: 3栋1-502 */
static int
room_follows(const Text *text, Py_ssize_t at)
{
    if (letter(text, at) == ' ' || letter(text, at) == '-')
        at++;
    Py_ssize_t stairs = row(text, at, DIGIT, 3);
    return room_begins(text, at) || (stairs && stairs < 3 && letter(text, at + stairs) == '-' &&
                                     room_begins(text, at + stairs + 1));
}

/* Whether three numbers are joined at a stroke: 3-2-501 */
static int
three_numbers(const Text *text, Py_ssize_t at)
{
    Py_ssize_t middle = row(text, at + 1, DIGIT, 3);
    return is(text, at - 1, DIGIT) && middle && middle < 3 && letter(text, at + 1 + middle) == '-' &&
           row(text, at + 2 + middle, DIGIT, 3) == 3;
}

/* Whether three groups of letters a to f and digits follow one another from a place on: 00:1a:2b:3c: */
static int
groups_joined(const Text *text, Py_ssize_t at)
{
    for (int group = 0; group < 3; group++) {
        Py_ssize_t size = 0;
        while (size < 5 && is_hex(letter(text, at + 1 + size)))
            size++;
        at += 1 + size;
        if (!size || size > 4 || (letter(text, at) != ':' && letter(text, at) != '-'))
            return 0;
    }
    return 1;
}

/* Whether a point stands in a network address or in a coordinate: 1.2.3 or 38.4872 */
static int
long_decimal(const Text *text, Py_ssize_t at)
{
    if (!is(text, at - 1, ARABIC))
        return 0;
    Py_ssize_t digits = 0;
    while (is(text, at + 1 + digits, ARABIC))
        if (++digits == 4)
            return 1;
    return digits && letter(text, at + 1 + digits) == '.' && is(text, at + 2 + digits, ARABIC);
}

static int
plate_follows(const Text *text, Py_ssize_t at)
{
    at += is(text, at, SEPARATES);
    return is(text, at, LATIN);
}

static int
embassy(const Text *text, Py_ssize_t at)
{
    return is(text, at - 1, ARABIC) || is(text, at + 1, ARABIC) ||
           (is(text, at + 1, SEPARATES) && is(text, at + 2, ARABIC));
}

static int
mobile_begins(const Text *text, Py_ssize_t at)
{
    Py_UCS4 second = letter(text, at + 1);
    return second >= '3' && second <= '9' && row(text, at + 2, ARABIC, 9) == 9;
}

static int
network_follows(const Text *text, Py_ssize_t at)
{
    at += letter(text, at) == ' ';
    return is(text, at, LATIN | ARABIC) || letter(text, at) == '-';
}

/* Return what may look because of one letter. */
static uint32_t
by_letter(const Text *text, Py_ssize_t at, Py_UCS4 one, uint32_t may_be)
{
    uint32_t looks = 0;
    if (may_be & INVISIBLE)
        looks |= UNSEEN;
    if (may_be & PROVINCE && plate_follows(text, at + 1))
        looks |= PLATES;
    if (may_be & BUILDING && room_follows(text, at + 1))
        looks |= DOORS;
    if (may_be & DOT && is(text, at - 1, FOREIGN) && is(text, at + 1, FOREIGN))
        looks |= OTHERS;
    switch (one) {
    case '[':
        looks |= MASKED;
        break;
    case '@':
        looks |= ADDRESSES;
        break;
    case '#':
        looks |= network_follows(text, at + 1) ? ADDRESSES : 0;
        break;
    case '.':
        looks |= long_decimal(text, at) ? DEVICES : 0;
        break;
    case '-':
        looks |= three_numbers(text, at) ? DOORS : 0; /* fall through */
    case ':':
        looks |= groups_joined(text, at) ? DEVICES : 0;
        break;
    case '1':
        looks |= mobile_begins(text, at) && name_on_form(text, at) ? RECORDS : 0;
        break;
    case 0x4f7f: /* 使 */
        looks |= embassy(text, at) ? PLATES : 0;
        break;
    case 0x95e8: /* 门 */
        looks |= is(text, at - 1, DIGIT) && row(text, at + 1, DIGIT, 3) == 3 ? DOORS : 0;
        break;
    case 0x73ed: /* 班 */
        looks |= is(text, at - 1, COUNTED) ? CLASSES : 0;
        break;
    case 0x5c81: /* 岁 */
        looks |= is(text, at - 1, COUNTED) ? CHILD : 0;
        break;
    case 0x8001: /* 老 */
    case 0x5c0f: /* 小 */
        looks |= is(text, at + 1, CALLED) ? OTHERS : 0;
        break;
    case 0x7537: /* 男 */
    case 0x5973: /* 女 */
        looks |= is(text, at + 1, BEHIND_SEX) && name_on_form(text, at) ? RECORDS : 0;
        break;
    }
    return looks;
}

/* Return what may look because of a word. */
static uint32_t
by_word(const Text *text, Py_ssize_t start, Py_ssize_t end, uint32_t may_be)
{
    uint32_t looks = 0;
    if ((may_be & TITLE && name_follows(text, end)) || (may_be & ADDRESS && name_before(text, start)))
        looks |= NAMES;
    if (may_be & NETWORK && account_follows(text, end))
        looks |= HANDLES;
    if (may_be & TELEPHONE && number_follows(text, end))
        looks |= NUMBERS;
    if (may_be & PAPER)
        looks |= DOCUMENTS;
    if (may_be & DEVICE)
        looks |= DEVICES;
    if (may_be & PEOPLE)
        looks |= OTHERS;
    if (may_be & FORM && name_on_form(text, start))
        looks |= RECORDS;
    if (may_be & OWN_CHILD)
        looks |= CHILD;
    if (may_be & AT)
        looks |= ADDRESSES;
    if (may_be & POLICE)
        looks |= PLATES;
    Py_ssize_t before = start - 1 - (letter(text, start - 1) == ' ');
    if ((may_be & UNIT && is(text, before, COUNTED)) || (may_be & ROOM && is(text, before, DIGIT)))
        looks |= DOORS;
    return looks;
}

/* How digits follow one another. */
typedef struct {
    Py_ssize_t joined;    /* digits with no more than three gaps between each and the next */
    Py_ssize_t gaps;      /* since the last of them */
    Py_ssize_t plain_row; /* 0 to 9 and Latin letters without a gap up to here */
    Py_ssize_t of_these;  /* 0 to 9 among them */
    int enough;           /* so many that a number may be among them */
} Digits;

static inline void
count(Digits *digits, uint32_t may_be)
{
    if (!(may_be & (ARABIC | LATIN)))
        digits->plain_row = digits->of_these = 0;
    else {
        digits->plain_row++;
        digits->of_these += (may_be & ARABIC) != 0;
    }
    if (may_be & (DIGIT | CROSS)) {
        digits->joined++;
        digits->gaps = 0;
    } else if (!(may_be & GAP) || ++digits->gaps > 3)
        digits->joined = 0;
    digits->enough |= digits->joined >= 10 || (digits->plain_row >= 11 && digits->of_these >= 5);
}

/* Return where the next notable letter stands, from a place on. */
static Py_ssize_t
next_notable(const Text *text, Py_ssize_t at)
{
    if (text->kind == PyUnicode_1BYTE_KIND)
        PASS_OVER(Py_UCS1, text->data, at, text->length, text->letters, NOTABLE);
    else if (text->kind == PyUnicode_2BYTE_KIND)
        PASS_OVER(Py_UCS2, text->data, at, text->length, text->letters, NOTABLE);
    else
        PASS_OVER(Py_UCS4, text->data, at, text->length, text->letters, NOTABLE);
    return at;
}

/* Return what may look because of letters: those at which to look round, and digits in a row. */
static uint32_t
by_letters(const Text *text)
{
    Digits digits = {0};
    uint32_t looks = 0;
    for (Py_ssize_t at = next_notable(text, 0); at < text->length; at++) {
        Py_UCS4 one = PyUnicode_READ(text->kind, text->data, at);
        uint32_t may_be = text->letters[one];
        if (may_be & STOP)
            looks |= by_letter(text, at, one, may_be);
        count(&digits, may_be);
        if (!digits.joined && !digits.plain_row)
            at = next_notable(text, at + 1) - 1;
    }
    return digits.enough ? looks | NUMBERS : looks;
}

/* Return what may look because of words. */
static uint32_t
by_words(const Glance *self, PyObject *from, const Text *text)
{
    const Automaton *automaton = self->automaton;
    const uint32_t *words = self->words.buf;
    uint32_t looks = 0, state = 0;
    Py_ssize_t at = 0;
    while ((at = automaton_reach(automaton, from, at, &state)) <= text->length)
        for (uint32_t ended = automaton_ending(automaton, state); ended; ended = automaton->states[ended].shorter) {
            uint32_t number = automaton->states[ended].word;
            looks |= by_word(text, at - (Py_ssize_t)automaton->lengths[number], at, words[number]);
        }
    return looks;
}

static uint32_t
glance(const Glance *self, PyObject *from)
{
    Text text = {self->letters.buf, PyUnicode_KIND(from), PyUnicode_DATA(from), PyUnicode_GET_LENGTH(from)};
    return by_letters(&text) | by_words(self, from, &text);
}

PyDoc_STRVAR(over_doc,
             "over(texts)\n--\n\n"
             "Return for each of a list of *texts* a set of looks; no other one finds anything. Raises TypeError.");

static PyObject *
Glance_over(Glance *self, PyObject *texts)
{
    int sound = PyList_Check(texts);
    for (Py_ssize_t at = 0; sound && at < PyList_GET_SIZE(texts); at++)
        sound = PyUnicode_Check(PyList_GET_ITEM(texts, at));
    if (!sound)
        return PyErr_Format(PyExc_TypeError, "a list of texts is needed");
    PyObject *found = PyList_New(PyList_GET_SIZE(texts));
    for (Py_ssize_t at = 0; found && at < PyList_GET_SIZE(found); at++) {
        PyObject *looks = PyLong_FromUnsignedLong(glance(self, PyList_GET_ITEM(texts, at)));
        if (looks)
            PyList_SET_ITEM(found, at, looks);
        else
            Py_CLEAR(found);
    }
    return found;
}

static PyMethodDef methods[] = {
    {"over", (PyCFunction)Glance_over, METH_O, over_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.privacy._glance.Glance",
    .tp_basicsize = sizeof(Glance),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Tells which recognisers may find something in a text. Raises TypeError, ValueError."),
    .tp_new = Glance_new,
    .tp_dealloc = (destructor)Glance_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_glance", .m_size = -1};

PyMODINIT_FUNC
PyInit__glance(void)
{
    automaton_type = automaton_imported();
    return automaton_type ? module_with(&module, &type, "Glance") : NULL;
}
