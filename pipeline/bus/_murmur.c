/* The hash by which Kafka's own clients deal keys out to partitions: MurmurHash2 as in org.apache.kafka.common.utils.Utils.

   Whoever else writes a topic deals out its keys alike, so this may not change.
*/

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define SEED UINT32_C(0x9747b28c)
#define MIX UINT32_C(0x5bd1e995)

PyDoc_STRVAR(murmur2_doc, "murmur2(data)\n--\n\nReturn the hash of *data*, 32 bits. Raises TypeError.");

static PyObject *
murmur2(PyObject *Py_UNUSED(module), PyObject *data)
{
    if (!PyBytes_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "what is hashed is bytes");
        return NULL;
    }
    const unsigned char *at = (const unsigned char *)PyBytes_AS_STRING(data);
    Py_ssize_t length = PyBytes_GET_SIZE(data), left = length;
    uint32_t hash = SEED ^ (uint32_t)length;
    for (; left >= 4; left -= 4, at += 4) {
        uint32_t four = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        four *= MIX;
        four ^= four >> 24;
        hash = (hash * MIX) ^ (four * MIX);
    }
    if (left) {
        for (Py_ssize_t byte = 0; byte < left; byte++)
            hash ^= (uint32_t)at[byte] << (8 * byte);
        hash *= MIX;
    }
    hash ^= hash >> 13;
    hash *= MIX;
    return PyLong_FromUnsignedLong(hash ^ hash >> 15);
}

static PyMethodDef functions[] = {
    {"murmur2", murmur2, METH_O, murmur2_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_murmur", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC
PyInit__murmur(void)
{
    return PyModule_Create(&module);
}
