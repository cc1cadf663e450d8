/* Cuts texts into words just as jieba 0.42.1 does, over its own word list and model.

   A text is cut in three passes. Backwards: from each letter on, the likeliest way through the words of the list.
   Forwards: its words, and where only single letters are left, those of a hidden Markov model. Last, the strings are
   made. All that is known of a letter are a few numbers: time and room grow with the text's length alone.
*/

#include "words.h"
#include "module.h"

#define SPARE 4                /* letters that are copied at once */
#define WIDEST 8               /* letters that all words of a letter take, with a space each: a word, two and three */
#define ROOM 1024              /* letters of a text that needs no memory of its own */
#define FIRST_HAN 0x4E00       /* of those that jieba takes for Chinese */
#define LAST_HAN 0x9FD5
#define FIRST_WIDE_SIGN 0xFF01 /* from ！ to ／ */
#define LAST_WIDE_SIGN 0xFF0F
#define HAN (LAST_HAN - FIRST_HAN + 1)
#define UNHEARD_OF (-3.14e100) /* the logarithm of a likelihood that the model does not tell */

/* What a letter may do to a word. The order settles ties: of two equally likely states the latter is taken. */
enum { BEGINS, ENDS, AMID, ALONE, STATES };
static const char *const state_names[STATES] = {"B", "E", "M", "S"};
static const int before[STATES][2] = {
    [BEGINS] = {ENDS, ALONE}, [ENDS] = {BEGINS, AMID}, [AMID] = {BEGINS, AMID}, [ALONE] = {ENDS, ALONE}};

/* Marks of a letter: a word ends here; two or three letters from here on are a word. */
enum { LAST = 1, TWO = 1 << 2, THREE = 1 << 3 };

typedef struct {
    PyObject_HEAD
    Words *words;
    double log_total, start[STATES], trans[STATES][STATES], (*emit)[STATES]; /* the model, as logarithms */
} Cutter;

/* A text while it is cut. By letter: how likely the rest is, the length of the word there, marks; and by state a bit,
   whether the latter of the two states before it was taken. */
typedef struct {
    Py_ssize_t length;
    double *routes;
    Py_UCS4 *letters;
    uint32_t *lengths;
    uint8_t *marks, *latter;
    double here[(ROOM + SPARE) * 18 / sizeof(double) + 1];
} Sheet;

#define A_LETTER (sizeof(double) + sizeof(Py_UCS4) + sizeof(uint32_t) + 2 * sizeof(uint8_t))

static void
put_away(Sheet *sheet)
{
    if (sheet->routes != sheet->here)
        PyMem_Free(sheet->routes);
}

static int
lay_out(Sheet *sheet, PyObject *text)
{
    size_t room = (size_t)PyUnicode_GET_LENGTH(text) + SPARE; /* some more than there are may be read, and are not used */
    void *memory = room * A_LETTER <= sizeof sheet->here ? sheet->here : PyMem_Malloc(room * A_LETTER);
    if (!memory) {
        PyErr_NoMemory();
        return -1;
    }
    sheet->length = PyUnicode_GET_LENGTH(text);
    sheet->routes = memory;
    sheet->letters = (Py_UCS4 *)(sheet->routes + room);
    sheet->lengths = (uint32_t *)(sheet->letters + room);
    sheet->marks = (uint8_t *)(sheet->lengths + room);
    sheet->latter = sheet->marks + room;
    if (PyUnicode_AsUCS4(text, sheet->letters, (Py_ssize_t)room, 1))
        return 0;
    put_away(sheet);
    return -1;
}

static inline int
is_han(Py_UCS4 letter)
{
    return letter >= FIRST_HAN && letter <= LAST_HAN;
}

static inline int
is_digit(Py_UCS4 letter)
{
    return letter >= '0' && letter <= '9';
}

static inline int
is_latin(Py_UCS4 letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || is_digit(letter);
}

/* Whether words are looked for where a letter stands. */
static inline int
in_words(Py_UCS4 letter)
{
    if (is_han(letter) || is_latin(letter))
        return 1;
    switch (letter) {
    case '+': case '#': case '&': case '.': case '_': case '%': case '-':
        return 1;
    }
    return 0;
}

/* From each letter of a stretch on, find the likeliest words; of equally likely ones the longest: calc(). */
static void
find_routes(const Cutter *self, Sheet *sheet, Py_ssize_t start, Py_ssize_t end)
{
    const Words *words = self->words;
    const double *logs = words->logs, log_total = self->log_total;
    const Py_UCS4 *letters = sheet->letters;
    double *restrict routes = sheet->routes;
    uint32_t *restrict lengths = sheet->lengths;
    uint8_t *restrict all_marks = sheet->marks;
    routes[end] = 0.0;
    for (Py_ssize_t at = end - 1; at >= start; at--) {
        double likeliest = 0.0;
        Py_ssize_t to = at, stop = at;
        unsigned mark = 1, marks = 0;
        for (uint32_t node = words_first(words, letters[at]); node; node = words_step(words, node, letters[to])) {
            to++, mark <<= 1;
            if (logs[node] != NO_WORD) {
                double route = logs[node] - log_total + routes[to];
                if (stop == at || route >= likeliest)
                    likeliest = route, stop = to;
                marks |= mark;
            }
            if (to == end)
                break;
        }
        if (stop == at)
            likeliest = 0.0 - log_total + routes[at + 1], stop = at + 1;
        routes[at] = likeliest;
        lengths[at] = (uint32_t)(stop - at);
        all_marks[at] = marks & (TWO | THREE);
    }
}

/* Mark the words of a stretch of Chinese by the likeliest states of its letters: finalseg.viterbi(). */
static void
mark_by_states(const Cutter *self, Sheet *sheet, Py_ssize_t start, Py_ssize_t end)
{
    const double *emit = self->emit[sheet->letters[start] - FIRST_HAN];
    double likely[STATES], next[STATES];
    for (int state = 0; state < STATES; state++)
        likely[state] = self->start[state] + emit[state];
    for (Py_ssize_t at = start + 1; at < end; at++) {
        unsigned latter = 0;
        emit = self->emit[sheet->letters[at] - FIRST_HAN];
        for (int state = 0; state < STATES; state++) {
            int one = before[state][0], other = before[state][1];
            double by_one = likely[one] + self->trans[one][state] + emit[state],
                   by_other = likely[other] + self->trans[other][state] + emit[state];
            next[state] = by_other >= by_one ? by_other : by_one;
            latter |= (unsigned)(by_other >= by_one) << state;
        }
        memcpy(likely, next, sizeof likely);
        sheet->latter[at] = (uint8_t)latter;
    }
    int state = likely[ALONE] >= likely[ENDS] ? ALONE : ENDS;
    for (Py_ssize_t at = end - 1; at >= start; at--) {
        if (state == ENDS || state == ALONE)
            sheet->marks[at] |= LAST;
        if (at > start)
            state = before[state][sheet->latter[at] >> state & 1];
    }
}

/* Mark what is alike in a stretch without Chinese, as 5.5% or the signs between two numbers: finalseg.re_skip. */
static void
mark_by_looks(Sheet *sheet, Py_ssize_t start, Py_ssize_t end)
{
    const Py_UCS4 *letters = sheet->letters;
    for (Py_ssize_t at = start; at < end; sheet->marks[at - 1] |= LAST) {
        if (!is_latin(letters[at])) {
            while (at < end && !is_latin(letters[at]))
                at++;
            continue;
        }
        while (at < end && is_latin(letters[at]))
            at++;
        if (at + 1 < end && letters[at] == '.' && is_digit(letters[at + 1]))
            for (at++; at < end && is_digit(letters[at]);)
                at++;
        if (at < end && letters[at] == '%')
            at++;
    }
}

/* Mark the words in a stretch of letters each of which is likeliest by itself. */
static void
mark_singles(const Cutter *self, Sheet *sheet, Py_ssize_t start, Py_ssize_t end)
{
    const Words *words = self->words;
    uint32_t node = end - start > 1 ? words_node(words, sheet->letters + start, sheet->letters + end) : 0;
    if (end - start == 1 || (node && words->logs[node] != NO_WORD)) {
        for (Py_ssize_t at = start; at < end; at++)
            sheet->marks[at] |= LAST;
        return;
    }
    for (Py_ssize_t at = start, next; at < end; at = next) {
        int han = is_han(sheet->letters[at]);
        for (next = at + 1; next < end && is_han(sheet->letters[next]) == han;)
            next++;
        if (han)
            mark_by_states(self, sheet, at, next);
        else
            mark_by_looks(sheet, at, next);
    }
}

/* Mark the words of a stretch: Tokenizer.__cut_DAG(). */
static void
mark_words(const Cutter *self, Sheet *sheet, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t singles = start;
    for (Py_ssize_t at = start, next; at < end; at = next) {
        next = at + sheet->lengths[at];
        if (next - at == 1)
            continue;
        if (singles < at)
            mark_singles(self, sheet, singles, at);
        sheet->marks[next - 1] |= LAST;
        singles = next;
    }
    if (singles < end)
        mark_singles(self, sheet, singles, end);
}

/* Mark the words of a stretch as the list alone tells them, Latin letters joined: Tokenizer.__cut_DAG_NO_HMM(). */
static void
mark_listed(const Cutter *Py_UNUSED(self), Sheet *sheet, Py_ssize_t start, Py_ssize_t end)
{
    int latin = 0;
    for (Py_ssize_t at = start, next; at < end; at = next) {
        next = at + sheet->lengths[at];
        int joins = next - at == 1 && is_latin(sheet->letters[at]);
        if (latin && !joins)
            sheet->marks[at - 1] |= LAST;
        if (!joins)
            sheet->marks[next - 1] |= LAST;
        latin = joins;
    }
    sheet->marks[end - 1] |= LAST;
}

/* Mark the words of a text: Tokenizer.cut(). */
static void
mark(const Cutter *self, Sheet *sheet, void (*mark_stretch)(const Cutter *, Sheet *, Py_ssize_t, Py_ssize_t))
{
    const Py_UCS4 *letters = sheet->letters;
    for (Py_ssize_t at = 0, next; at < sheet->length; at = next) {
        next = at + 1;
        if (!in_words(letters[at])) {
            int joined = letters[at] == '\r' && next < sheet->length && letters[next] == '\n';
            sheet->marks[at] = joined ? 0 : LAST;
            continue;
        }
        while (next < sheet->length && in_words(letters[next]))
            next++;
        find_routes(self, sheet, at, next);
        mark_stretch(self, sheet, at, next);
    }
}

/* Return how often a word must be written to stay whole: Tokenizer.suggest_freq(). */
static int64_t
suggested(const Cutter *self, const Sheet *sheet)
{
    const Words *words = self->words;
    const Py_UCS4 *letters = sheet->letters;
    double total = (double)words->total, share = 1.0;
    uint32_t node;
    for (Py_ssize_t start = 0, at = 0; at < sheet->length; at++)
        if (sheet->marks[at] & LAST) {
            node = words_node(words, letters + start, letters + at + 1);
            share *= (node ? (double)words->counts[node] : 1.0) / total;
            start = at + 1;
        }
    int64_t count = (int64_t)(share * total) + 1;
    node = sheet->length ? words_node(words, letters, letters + sheet->length) : 0;
    return Py_MAX(count, node ? words->counts[node] : 1);
}

/* Add a word: Tokenizer.add_word(). Return -1 with an exception. */
static int
add_word(Cutter *self, PyObject *word)
{
    Sheet sheet;
    if (lay_out(&sheet, word) < 0)
        return -1;
    mark(self, &sheet, mark_listed);
    int64_t count = suggested(self, &sheet);
    uint32_t node = 0;
    Py_ssize_t at = 0;
    while (at < sheet.length && (node = words_on(self->words, node, sheet.letters[at])))
        at++;
    int failed = at < sheet.length || words_count(self->words, node, count) < 0 ? -1 : 0;
    self->log_total = log((double)self->words->total);
    put_away(&sheet);
    return failed;
}

/* Read one number of the model from a dict, UNHEARD_OF where it tells none. Return -1 with an exception. */
static int
read_number(PyObject *from, const char *name, double *number)
{
    PyObject *told = PyDict_GetItemString(from, name);
    *number = told && PyFloat_Check(told) ? PyFloat_AS_DOUBLE(told) : UNHEARD_OF;
    if (!told || PyFloat_Check(told))
        return 0;
    PyErr_SetString(PyExc_TypeError, "the model holds floats");
    return -1;
}

static int
read_letters(Cutter *self, PyObject *from, int state)
{
    PyObject *letter, *told;
    Py_ssize_t at = 0;
    while (PyDict_Next(from, &at, &letter, &told)) {
        if (!PyUnicode_Check(letter) || PyUnicode_GET_LENGTH(letter) != 1 || !PyFloat_Check(told)) {
            PyErr_SetString(PyExc_TypeError, "the model holds a float for each letter");
            return -1;
        }
        if (is_han(PyUnicode_READ_CHAR(letter, 0)))
            self->emit[PyUnicode_READ_CHAR(letter, 0) - FIRST_HAN][state] = PyFloat_AS_DOUBLE(told);
    }
    return 0;
}

static int
read_model(Cutter *self, PyObject *start, PyObject *trans, PyObject *emit)
{
    if (!(self->emit = PyMem_Malloc(HAN * sizeof *self->emit))) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t letter = 0; letter < HAN; letter++)
        for (int state = 0; state < STATES; state++)
            self->emit[letter][state] = UNHEARD_OF;
    for (int state = 0; state < STATES; state++) {
        PyObject *next = PyDict_GetItemString(trans, state_names[state]),
                 *letters = PyDict_GetItemString(emit, state_names[state]);
        if (!next || !PyDict_Check(next) || !letters || !PyDict_Check(letters)) {
            PyErr_SetString(PyExc_ValueError, "the model tells of four states");
            return -1;
        }
        if (read_number(start, state_names[state], &self->start[state]) < 0 || read_letters(self, letters, state) < 0)
            return -1;
        for (int to = 0; to < STATES; to++)
            if (read_number(next, state_names[to], &self->trans[state][to]) < 0)
                return -1;
    }
    return 0;
}

static int
read_words(Cutter *self, PyObject *from)
{
    Py_buffer list;
    if (PyObject_GetBuffer(from, &list, PyBUF_SIMPLE) < 0)
        return -1;
    self->words = words_read(list.buf, list.len);
    PyBuffer_Release(&list);
    if (!self->words)
        return -1;
    if (self->words->total == 0) {
        PyErr_SetString(PyExc_ValueError, "no word of the list is ever written");
        return -1;
    }
    self->log_total = log((double)self->words->total);
    return 0;
}

static int
Cutter_fill(Cutter *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"listed", "start", "trans", "emit", "words", NULL};
    PyObject *listed, *start, *trans, *emit, *words;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!O!O!O!", names, &listed, &PyDict_Type, &start, &PyDict_Type,
                                     &trans, &PyDict_Type, &emit, &PyList_Type, &words) ||
        read_model(self, start, trans, emit) < 0 || read_words(self, listed) < 0)
        return -1;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(words); at++) {
        if (!PyUnicode_Check(PyList_GET_ITEM(words, at))) {
            PyErr_SetString(PyExc_TypeError, "a word is a text");
            return -1;
        }
        if (add_word(self, PyList_GET_ITEM(words, at)) < 0)
            return -1;
    }
    words_close(self->words);
    return 0;
}

static PyObject *
Cutter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Cutter_fill);
}

static void
Cutter_dealloc(Cutter *self)
{
    words_free(self->words);
    PyMem_Free(self->emit);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Return where the word ends that starts at a letter, and which shorter words it has *inside*: of two letters if it is
   longer, of three if it is longer still, none if not *deep*. */
static inline Py_ssize_t
word_end(const Sheet *sheet, Py_ssize_t start, int deep, unsigned *inside)
{
    unsigned marks = 0;
    Py_ssize_t end = start;
    do
        marks |= sheet->marks[end];
    while (!(sheet->marks[end++] & LAST));
    *inside = !deep || end - start < 3 ? 0 : end - start == 3 ? marks & TWO : marks & (TWO | THREE);
    return end;
}

/* Go through the places of a word where one of so many letters is marked inside. */
#define EACH_INSIDE(at, mark, letters)                                                                                 \
    for (Py_ssize_t at = start; inside & (mark) && at + (letters) <= end; at++)                                        \
        if (sheet->marks[at] & (mark))

/* Return how many words a text has. */
static Py_ssize_t
count_words(const Sheet *sheet, int deep)
{
    Py_ssize_t count = 0;
    unsigned inside;
    for (Py_ssize_t start = 0, end; start < sheet->length; start = end) {
        end = word_end(sheet, start, deep, &inside);
        EACH_INSIDE(at, TWO, 2)
            count++;
        EACH_INSIDE(at, THREE, 3)
            count++;
        count++;
    }
    return count;
}

/* Return a part of a text as PyUnicode_Substring does, in less time for Chinese. */
static inline PyObject *
part(PyObject *text, Py_ssize_t start, Py_ssize_t length)
{
    if (PyUnicode_KIND(text) != PyUnicode_2BYTE_KIND)
        return PyUnicode_Substring(text, start, start + length);
    const Py_UCS2 *letters = PyUnicode_2BYTE_DATA(text) + start;
    if (*letters < 0x100) /* then all may be */
        return PyUnicode_Substring(text, start, start + length);
    PyObject *made = PyUnicode_New(length, 0xFFFF);
    if (made)
        memcpy(PyUnicode_2BYTE_DATA(made), letters, (size_t)length * sizeof *letters);
    return made;
}

/* Make the words that are marked. Return -1 with an exception. */
static int
make(const Sheet *sheet, PyObject *text, int deep, PyObject **made)
{
    unsigned inside;
    for (Py_ssize_t start = 0, end; start < sheet->length; start = end) {
        end = word_end(sheet, start, deep, &inside);
        EACH_INSIDE(at, TWO, 2)
            if (!(*made++ = part(text, at, 2)))
                return -1;
        EACH_INSIDE(at, THREE, 3)
            if (!(*made++ = part(text, at, 3)))
                return -1;
        if (!(*made++ = part(text, start, end - start)))
            return -1;
    }
    return 0;
}

/* Write a word and a space behind it. Return where the next one goes. Four letters are copied at once: most words are
   shorter, and what is too much is overwritten. */
static inline Py_UCS4 *
write_word(const Sheet *sheet, Py_ssize_t start, Py_ssize_t length, Py_UCS4 *to)
{
    memcpy(to, sheet->letters + start, SPARE * sizeof *to);
    if (length > SPARE)
        memcpy(to, sheet->letters + start, (size_t)length * sizeof *to);
    to[length] = ' ';
    return to + length + 1;
}

/* Whether a letter is a sign. Of the commonest it is known without asking Python. */
static inline int
is_sign(Py_UCS4 letter)
{
    if (letter < 0x80)
        return !is_latin(letter);
    return !is_han(letter) && ((letter >= FIRST_WIDE_SIGN && letter <= LAST_WIDE_SIGN) || !Py_UNICODE_ISALNUM(letter));
}

/* Return the words that are marked but for single signs as one string, in the order of ``make``, a space between each. */
static PyObject *
joined(const Sheet *sheet)
{
    Py_UCS4 *line = PyMem_New(Py_UCS4, WIDEST * sheet->length + SPARE), *to = line;
    if (!line)
        return PyErr_NoMemory();
    unsigned inside;
    for (Py_ssize_t start = 0, end; start < sheet->length; start = end) {
        end = word_end(sheet, start, 1, &inside);
        EACH_INSIDE(at, TWO, 2)
            to = write_word(sheet, at, 2, to);
        EACH_INSIDE(at, THREE, 3)
            to = write_word(sheet, at, 3, to);
        Py_UCS4 letter = sheet->letters[start];
        if (!(end - start == 1 ? is_sign(letter) : letter == '\r')) /* and \n */
            to = write_word(sheet, start, end - start, to);
    }
    PyObject *made = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, line, to == line ? 0 : to - line - 1);
    PyMem_Free(line);
    return made;
}

/* Lay a text out and mark its words. Return -1 with an exception, else whoever called puts the sheet away. */
static int
cut(const Cutter *self, PyObject *text, Sheet *sheet)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "what is cut is a text");
        return -1;
    }
    if (lay_out(sheet, text) < 0)
        return -1;
    mark(self, sheet, mark_words);
    return 0;
}

/* Cut a text into a list. */
static PyObject *
listed(const Cutter *self, PyObject *text, int deep)
{
    Sheet sheet;
    if (cut(self, text, &sheet) < 0)
        return NULL;
    PyObject *words = PyList_New(count_words(&sheet, deep));
    if (words && make(&sheet, text, deep, ((PyListObject *)words)->ob_item) < 0)
        Py_CLEAR(words);
    put_away(&sheet);
    return words;
}

PyDoc_STRVAR(cut_doc, "cut(text)\n--\n\nReturn the words of *text*; joined again they are the text. Raises TypeError.");

static PyObject *
Cutter_cut(Cutter *self, PyObject *text)
{
    return listed(self, text, 0);
}

PyDoc_STRVAR(cut_for_search_doc,
             "cut_for_search(text)\n--\n\n"
             "Return the words of *text*, and before each long one the shorter words inside it. Raises TypeError.");

static PyObject *
Cutter_cut_for_search(Cutter *self, PyObject *text)
{
    return listed(self, text, 1);
}

PyDoc_STRVAR(terms_doc,
             "terms(text)\n--\n\n"
             "Return what cut_for_search() does, without single signs, as one text with a space between each word.\n"
             "Raises TypeError.");

static PyObject *
Cutter_terms(Cutter *self, PyObject *text)
{
    Sheet sheet;
    if (cut(self, text, &sheet) < 0)
        return NULL;
    PyObject *words = joined(&sheet);
    put_away(&sheet);
    return words;
}

static PyMethodDef methods[] = {
    {"cut", (PyCFunction)Cutter_cut, METH_O, cut_doc},
    {"cut_for_search", (PyCFunction)Cutter_cut_for_search, METH_O, cut_for_search_doc},
    {"terms", (PyCFunction)Cutter_terms, METH_O, terms_doc},
    {NULL},
};

PyDoc_STRVAR(type_doc, "Cuts texts as jieba does, over the words *listed* in a file of its form and over *words*.\n\n"
                       "Raises TypeError, ValueError, OverflowError.");

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.text._jieba.Cutter",
    .tp_basicsize = sizeof(Cutter),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = type_doc,
    .tp_new = Cutter_new,
    .tp_dealloc = (destructor)Cutter_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_jieba", .m_size = -1};

PyMODINIT_FUNC
PyInit__jieba(void)
{
    return module_with(&module, &type, "Cutter");
}
