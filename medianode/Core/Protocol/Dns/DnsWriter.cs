using System.Buffers.Binary;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Dns;

/// <summary>Writes queries (RFC 1035 §4.1).</summary>
public static class DnsWriter
{
    private const ushort RecursionDesired = 0x0100;
    private const ushort Internet = 1;

    /// <summary>False for a name that is none: a label that is empty or longer than 63, or more than 253 characters.</summary>
    public static bool TryWriteQuery(ushort id, DnsQuestion question, out byte[] query)
    {
        query = [];
        var labels = question.Name.Split('.');
        if (question.Name.Length is 0 or > 253 || labels.Any(label => label.Length is 0 or > 63 || !Ascii.IsValid(label))) return false;
        query = new byte[12 + question.Name.Length + 2 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(query, id);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(4), 1);
        var at = 12;
        foreach (var label in labels)
        {
            query[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, query.AsSpan(at));
        }

        at++;
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(at), (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(at + 2), Internet);
        return true;
    }
}
