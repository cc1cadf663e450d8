/* Reads the arrays of a caller. */

#ifndef YUQING_ARRAYS_H
#define YUQING_ARRAYS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Hold the memory of an array of so many dimensions, each item of so many bytes. Return -1 with an exception, and
   then there is nothing to release. */
static inline int
array(Py_buffer *buffer, PyObject *from, int dimensions, Py_ssize_t item, int flags)
{
    if (PyObject_GetBuffer(from, buffer, PyBUF_C_CONTIGUOUS | flags) < 0)
        return -1;
    if (buffer->ndim == dimensions && buffer->itemsize == item)
        return 0;
    PyBuffer_Release(buffer);
    PyErr_SetString(PyExc_ValueError, "an array of another shape or type");
    return -1;
}

#endif
