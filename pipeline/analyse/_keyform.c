/* The key forms of texts and their MinHash: keyform.Former in C, one text after the other in one pass.

   A text is read into code points, what is noise is dropped, and of the letters that stay the 3-grams are hashed. Each
   hash goes into all the minima at once. What is dropped is written in keyform.py as regular expressions; here it is
   the same by hand, and only where a text has a character with which one of them begins.
*/

#include "../text/module.h"
#include "loops.h"
#include <uchar.h>
#include "xxh3.h"

#define CODE_POINTS 0x110000
#define ROWS 24
#define WORDS 32 /* of a sketch, 64 bits each */
#define BITS (64 * WORDS)
#define SHORTEST 6
#define LONGEST 2000
#define LAST 16 /* characters in which the last words stand */
#define SLOTS 2048 /* for the 3-grams of two texts that need no room of their own */
#define POINT 0x70b9 /* 点 */

enum { KEPT = 1, DIGIT = 2, POINTED = 4, ASIDE = 8, NOISY = 16 };

enum { CLASSES, FACTORS, SHIFTS, PLACES, TABLES };
enum { KEYS, BANDS, SKETCHES, SET, LENGTHS, COLUMNS };

typedef struct {
    PyObject_HEAD
    Py_buffer tables[TABLES];
} Former;

static int
is_word(Py_UCS4 letter)
{
    return letter == '_' || Py_UNICODE_ISALNUM(letter);
}

/* A text of at most LONGEST characters, and what each code point is. */
typedef struct {
    const Py_UCS4 *letters;
    Py_ssize_t length;
    const uint8_t *classes;
} Text;

static int
stands(const Text *text, Py_ssize_t at, const char32_t *word, Py_ssize_t length)
{
    if (at + length > text->length)
        return 0;
    for (Py_ssize_t each = 0; each < length; each++)
        if (text->letters[at + each] != word[each])
            return 0;
    return 1;
}

#define STANDS(text, at, word) stands(text, at, word, sizeof(word) / sizeof(char32_t) - 1)

/* Each of these returns how many characters are noise of its kind, 0 if none are. */

static Py_ssize_t
link_(const Text *text, Py_ssize_t at)
{
    if (!STANDS(text, at, U"http"))
        return 0;
    Py_ssize_t from = at + 4 + STANDS(text, at + 4, U"s");
    if (!STANDS(text, from, U"://"))
        return 0;
    Py_ssize_t to = from + 3;
    for (; to < text->length; to++) {
        Py_UCS4 letter = text->letters[to];
        int goes_on = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      (letter && letter < 128 && strchr("./?=&%#~:+,!_-", (int)letter));
        if (!goes_on)
            break;
    }
    return to > from + 3 ? to - at : 0;
}

static Py_ssize_t
quoted(const Text *text, Py_ssize_t at)
{
    if (!STANDS(text, at, U"//@"))
        return 0;
    Py_ssize_t to = at + 3;
    while (to < text->length && to < at + 33 && text->letters[to] != ':' && !Py_UNICODE_ISSPACE(text->letters[to]))
        to++;
    return to > at + 3 && STANDS(text, to, U":") ? to + 1 - at : 0;
}

static Py_ssize_t
forwarded(const Text *text, Py_ssize_t at)
{
    Py_ssize_t to = at + 1;
    if (STANDS(text, to, U"转发") || STANDS(text, to, U"扩散") || STANDS(text, to, U"转帖"))
        to += 2;
    else if (STANDS(text, to, U"转"))
        to += 1;
    else
        return 0;
    return STANDS(text, to, U"】") || STANDS(text, to, U"]") ? to + 1 - at : 0;
}

static Py_ssize_t
mention(const Text *text, Py_ssize_t at)
{
    Py_ssize_t to = at + 1;
    while (to < text->length && to < at + 21 && (text->letters[to] == '-' || is_word(text->letters[to])))
        to++;
    return to > at + 1 ? to - at : 0;
}

static Py_ssize_t
emoticon(const Text *text, Py_ssize_t at)
{
    Py_ssize_t to = at + 1;
    while (to < text->length && to < at + 9 && text->letters[to] != '[' && text->letters[to] != ']')
        to++;
    return to > at + 1 && STANDS(text, to, U"]") ? to + 1 - at : 0;
}

static int
in_number(const Text *text, Py_ssize_t at)
{
    return at > 0 && at + 1 < text->length && text->classes[text->letters[at - 1]] & DIGIT &&
           text->classes[text->letters[at + 1]] & DIGIT;
}

/* Return how many characters from here on are noise, 0 if none are. */
static Py_ssize_t
noise(const Text *text, Py_ssize_t at)
{
    Py_ssize_t length;
    switch (text->letters[at]) {
    case 'h':
        return link_(text, at);
    case '/':
        return quoted(text, at);
    case '@':
        return mention(text, at);
    case '[':
        return (length = forwarded(text, at)) ? length : emoticon(text, at);
    case 0x3010: /* 【 */
        return forwarded(text, at);
    case 0x8f6c: /* 转 */
        return STANDS(text, at, U"转发微博") ? 4 : 0;
    default:
        return 0;
    }
}

static int
is_aside(const Text *text, Py_ssize_t at)
{
    static const char32_t *const begins[] = {U"大家", U"求", U"请", U"帮忙", U"速", U""};
    static const char32_t *const asides[] = {U"帮转", U"转发扩散", U"扩散", U"求扩散", U"转",   U"转发", U"求转",
                                             U"求转发", U"帮顶",   U"同问", U"路过",   U"围观"};
    for (size_t begin = 0; begin < sizeof begins / sizeof *begins; begin++) {
        Py_ssize_t length = 0, from = at;
        while (begins[begin][length])
            length++;
        if (!stands(text, at, begins[begin], length))
            continue;
        from += length;
        Py_ssize_t ups = from; /* 顶顶顶 */
        while (ups < text->length && STANDS(text, ups, U"顶"))
            ups++;
        if (ups > from && ups == text->length)
            return 1;
        for (size_t aside = 0; aside < sizeof asides / sizeof *asides; aside++) {
            for (length = 0; asides[aside][length];)
                length++;
            if (from + length == text->length && stands(text, from, asides[aside], length))
                return 1;
        }
    }
    return 0;
}

/* Return where the last words begin, if they only ask to pass the text on; else the length of the text. */
static Py_ssize_t
before_aside(const Text *text)
{
    Py_ssize_t first = Py_MAX(0, text->length - LAST);
    Text said = *text; /* up to the last letter: what ends a text ends an aside */
    while (said.length > first && !Py_UNICODE_ISALNUM(text->letters[said.length - 1]))
        said.length--;
    for (Py_ssize_t at = said.length; at-- > first;) {
        Py_UCS4 letter = text->letters[at];
        if (Py_UNICODE_ISSPACE(letter) || (letter && letter < 128 && strchr(",!?~", (int)letter)) || letter == 0x3002)
            return is_aside(&said, at + 1) ? at : text->length;
    }
    return is_aside(&said, first) ? first : text->length;
}

/* Put the letters that stay after noise was dropped into `kept`; return how many. */
static Py_ssize_t
strip(const Text *text, Py_UCS4 *kept)
{
    Text body = *text;
    body.length = before_aside(text);
    Py_ssize_t letters = 0, dropped;
    for (Py_ssize_t at = 0; at < body.length; at += dropped ? dropped : 1) {
        dropped = noise(&body, at);
        uint8_t class = body.classes[body.letters[at]];
        if (dropped)
            continue;
        if (class & POINTED && in_number(&body, at))
            kept[letters++] = POINT; /* a point inside a number is no punctuation: 4.5元 is not 45元 */
        else if (class & KEPT)
            kept[letters++] = body.letters[at];
    }
    return letters;
}

/* Put the letters that stay of a text into `kept`; return how many. */
static Py_ssize_t
keep(const Text *text, Py_UCS4 *kept)
{
    const Py_UCS4 *letter = text->letters, *end = letter + text->length;
    const uint8_t *classes = text->classes;
    Py_ssize_t letters = 0;
    uint8_t any = 0;
    for (; letter < end; letter++) {
        uint8_t class = classes[*letter];
        kept[letters] = *letter;
        letters += class & KEPT;
        any |= class;
    }
    int noisy = any & NOISY || (letters && text->classes[kept[letters - 1]] & ASIDE);
    for (Py_ssize_t at = 0; any & POINTED && !noisy && at < text->length; at++)
        noisy = text->classes[text->letters[at]] & POINTED && in_number(text, at);
    return noisy ? strip(text, kept) : letters;
}

/* Put the hash of each 3-gram into `hashes`. */
WIDE static void
hash_grams(const Py_UCS4 *restrict letters, Py_ssize_t grams, uint32_t *restrict hashes)
{
    for (Py_ssize_t at = 0; at < grams; at++) {
        uint32_t hash = (letters[at] * 0x9E3779B1u + letters[at + 1] * 0x85EBCA6Bu) ^ letters[at + 2] * 0xC2B2AE35u;
        hashes[at] = (hash ^ hash >> 15) * 0x85EBCA6Bu;
    }
}

WIDE static void
minimise(const uint32_t *hashes, Py_ssize_t grams, const uint32_t *restrict factors, const uint32_t *restrict shifts,
         uint32_t *restrict minima)
{
    uint32_t least[ROWS];
    memset(least, 0xff, sizeof least);
    for (Py_ssize_t at = 0; at < grams; at++)
        for (int row = 0; row < ROWS; row++) {
            uint32_t mixed = hashes[at] * factors[row] + shifts[row];
            least[row] = mixed < least[row] ? mixed : least[row];
        }
    memcpy(minima, least, sizeof least);
}

/* Set one bit of a sketch for each hash, the highest of each byte being the first; return how many are set. */
static Py_ssize_t
sketch(const uint32_t *hashes, Py_ssize_t grams, uint8_t *bits)
{
    Py_ssize_t set = 0;
    memset(bits, 0, BITS / 8);
    for (Py_ssize_t at = 0; at < grams; at++) {
        uint32_t bit = hashes[at] % BITS;
        uint8_t before = bits[bit / 8], after = before | 0x80 >> bit % 8;
        set += before < after;
        bits[bit / 8] = after;
    }
    return set;
}

static uint64_t
key_of(PyObject *normal, const Py_UCS4 *letters, Py_ssize_t count, int *failed)
{
    if (count)
        return xxh3(letters, count * sizeof *letters);
    /* What is nothing but emoji or punctuation is compared as it stands. */
    Py_UCS4 *whole = PyUnicode_AsUCS4Copy(normal);
    *failed = !whole;
    uint64_t key = whole ? xxh3(whole, PyUnicode_GET_LENGTH(normal) * sizeof *whole) : 0;
    PyMem_Free(whole);
    return key;
}

/* Fill row after row of all columns; return the words of one text, NULL with an error. */
static PyObject *
form(const Former *self, PyObject *normal, void *const *columns, Py_ssize_t row)
{
    Py_UCS4 letters[LONGEST], kept[LONGEST + 1];
    uint32_t hashes[LONGEST], minima[ROWS] = {0};
    Text text = {letters, Py_MIN(PyUnicode_GET_LENGTH(normal), LONGEST), self->tables[CLASSES].buf};
    int kind = PyUnicode_KIND(normal), failed = 0;
    const void *data = PyUnicode_DATA(normal);
    for (Py_ssize_t at = 0; at < text.length; at++)
        letters[at] = PyUnicode_READ(kind, data, at);
    Py_ssize_t count = keep(&text, kept), length = count < SHORTEST ? 0 : count, grams = Py_MAX(length - 2, 0);
    ((uint64_t *)columns[KEYS])[row] = key_of(normal, kept, count, &failed);
    if (failed)
        return NULL;
    hash_grams(kept, grams, hashes);
    if (grams)
        minimise(hashes, grams, self->tables[FACTORS].buf, self->tables[SHIFTS].buf, minima);
    const uint64_t *places = self->tables[PLACES].buf;
    uint64_t *bands = (uint64_t *)columns[BANDS] + row * ROWS;
    for (int place = 0; place < ROWS; place++)
        bands[place] = ((uint64_t)minima[place] << 32 | minima[(place + 1) % ROWS]) ^ places[place];
    ((Py_ssize_t *)columns[SET])[row] = sketch(hashes, grams, (uint8_t *)columns[SKETCHES] + row * (BITS / 8));
    ((Py_ssize_t *)columns[LENGTHS])[row] = length;
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, kept, length);
}

/* Return -1 unless an object gives `items` numbers of `size` bytes each. */
static int
numbers(Py_buffer *buffer, PyObject *from, Py_ssize_t items, Py_ssize_t size, int flags)
{
    if (PyObject_GetBuffer(from, buffer, PyBUF_C_CONTIGUOUS | flags) < 0)
        return -1;
    if (buffer->itemsize == size && buffer->len == items * size)
        return 0;
    PyErr_Format(PyExc_ValueError, "%zd numbers of %zd bytes are needed", items, size);
    return -1;
}

PyDoc_STRVAR(form_doc,
             "form(normals, keys, bands, sketches, bits, lengths)\n--\n\n"
             "Fill one row of each column for each of *normals*; return their words. Raises TypeError, ValueError.");

static PyObject *
Former_form(Former *self, PyObject *args)
{
    static const Py_ssize_t sizes[COLUMNS] = {8, 8, 8, sizeof(Py_ssize_t), sizeof(Py_ssize_t)},
                            widths[COLUMNS] = {1, ROWS, WORDS, 1, 1};
    PyObject *normals, *given[COLUMNS], *words = NULL;
    if (!PyArg_ParseTuple(args, "O!OOOOO", &PyList_Type, &normals, &given[KEYS], &given[BANDS], &given[SKETCHES],
                          &given[SET], &given[LENGTHS]))
        return NULL;
    Py_buffer buffers[COLUMNS] = {0};
    void *columns[COLUMNS];
    Py_ssize_t texts = PyList_GET_SIZE(normals);
    for (int at = 0; at < COLUMNS; at++) {
        if (numbers(&buffers[at], given[at], texts * widths[at], sizes[at], PyBUF_WRITABLE) < 0)
            goto done;
        columns[at] = buffers[at].buf;
    }
    words = PyList_New(texts);
    for (Py_ssize_t row = 0; words && row < texts; row++) {
        PyObject *normal = PyList_GET_ITEM(normals, row), *said = NULL;
        if (PyUnicode_Check(normal))
            said = form(self, normal, columns, row);
        else
            PyErr_SetString(PyExc_TypeError, "form() takes texts");
        if (said)
            PyList_SET_ITEM(words, row, said);
        else
            Py_CLEAR(words);
    }
done:
    for (int at = 0; at < COLUMNS; at++)
        PyBuffer_Release(&buffers[at]);
    return words;
}

/* Where the distinct 3-grams of two texts are counted: each one's number, and the highest bit once the other has it. */
typedef struct {
    uint64_t *slots;
    int shift;
} Seen;

#define OTHER (UINT64_C(1) << 63)

static uint64_t *
slot(const Seen *seen, uint64_t gram)
{
    uint64_t mask = (UINT64_C(1) << (64 - seen->shift)) - 1;
    for (uint64_t at = gram * 0x9E3779B97F4A7C15 >> seen->shift;; at = (at + 1) & mask)
        if (seen->slots[at] == UINT64_MAX || (seen->slots[at] & ~OTHER) == gram)
            return &seen->slots[at];
}

static uint64_t
gram_at(int kind, const void *data, Py_ssize_t at)
{
    return (uint64_t)PyUnicode_READ(kind, data, at) << 42 | (uint64_t)PyUnicode_READ(kind, data, at + 1) << 21 |
           PyUnicode_READ(kind, data, at + 2);
}

/* Count the 3-grams of both texts into `counts`: of the one, of the other, of both. */
static void
count(Seen *seen, PyObject *words, PyObject *other, Py_ssize_t *counts)
{
    for (Py_ssize_t at = 0; at + 2 < PyUnicode_GET_LENGTH(words); at++) {
        uint64_t gram = gram_at(PyUnicode_KIND(words), PyUnicode_DATA(words), at), *found = slot(seen, gram);
        counts[0] += *found == UINT64_MAX;
        *found = gram;
    }
    for (Py_ssize_t at = 0; at + 2 < PyUnicode_GET_LENGTH(other); at++) {
        uint64_t gram = gram_at(PyUnicode_KIND(other), PyUnicode_DATA(other), at), *found = slot(seen, gram);
        counts[1] += *found == UINT64_MAX || *found == gram;
        counts[2] += *found == gram;
        *found = gram | OTHER;
    }
}

PyDoc_STRVAR(overlap_doc,
             "overlap(words, other)\n--\n\n"
             "Return how many distinct 3-grams there are in *words*, in the *other* words, and in both.\n"
             "Raises TypeError.");

static PyObject *
Former_overlap(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *words, *other;
    if (!PyArg_ParseTuple(args, "UU", &words, &other))
        return NULL;
    Py_ssize_t counts[3] = {0}, grams = PyUnicode_GET_LENGTH(words) + PyUnicode_GET_LENGTH(other);
    uint64_t here[SLOTS];
    Seen seen = {here, 64 - 4};
    while ((UINT64_C(1) << (64 - seen.shift)) < 2 * (uint64_t)grams)
        seen.shift--;
    size_t size = (sizeof *here) << (64 - seen.shift);
    if (size > sizeof here && !(seen.slots = PyMem_Malloc(size)))
        return PyErr_NoMemory();
    memset(seen.slots, 0xff, size);
    count(&seen, words, other, counts);
    if (seen.slots != here)
        PyMem_Free(seen.slots);
    return Py_BuildValue("nnn", counts[0], counts[1], counts[2]);
}

static void
Former_dealloc(Former *self)
{
    for (int at = 0; at < TABLES; at++)
        PyBuffer_Release(&self->tables[at]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
Former_fill(Former *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"classes", "factors", "shifts", "places", NULL};
    static const Py_ssize_t sizes[TABLES] = {1, 4, 4, 8}, items[TABLES] = {CODE_POINTS, ROWS, ROWS, ROWS};
    PyObject *given[TABLES];
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOO", names, &given[CLASSES], &given[FACTORS], &given[SHIFTS],
                                     &given[PLACES]))
        return -1;
    for (int at = 0; at < TABLES; at++)
        if (numbers(&self->tables[at], given[at], items[at], sizes[at], PyBUF_SIMPLE) < 0)
            return -1;
    return 0;
}

static PyObject *
Former_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Former_fill);
}

static PyMethodDef methods[] = {
    {"form", (PyCFunction)Former_form, METH_VARARGS, form_doc},
    {"overlap", Former_overlap, METH_VARARGS, overlap_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.analyse._keyform.Former",
    .tp_basicsize = sizeof(Former),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Makes the key forms of texts. Raises TypeError, ValueError."),
    .tp_new = Former_new,
    .tp_dealloc = (destructor)Former_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_keyform", .m_size = -1};

PyMODINIT_FUNC
PyInit__keyform(void)
{
    return module_with(&module, &type, "Former");
}
