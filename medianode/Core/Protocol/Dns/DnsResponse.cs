namespace Byon.MediaNode.Core.Protocol.Dns;

/// <summary>What a name server answered.</summary>
/// <param name="Code">RCODE (RFC 1035 §4.1.1): 0 is success, 3 says that the name does not exist.</param>
/// <param name="Records">Of the answer section, those of a kind we know.</param>
public sealed record DnsResponse(ushort Id, bool IsTruncated, int Code, DnsQuestion Question, IReadOnlyList<DnsRecord> Records)
{
    private const int LongestChain = 8;

    /// <summary>An answer that settles the question, be it with nothing.</summary>
    public bool IsDecided => Code is 0 or 3;

    /// <summary>The records of the name that was asked for, or of the one that its CNAMEs lead to.</summary>
    public IReadOnlyList<T> Of<T>()
        where T : DnsRecord
    {
        var name = Question.Name;
        for (var step = 0; step < LongestChain; step++)
        {
            var found = Records.OfType<T>().Where(record => record.Name == name).ToArray();
            if (found.Length > 0) return found;
            if (Records.OfType<CanonicalNameRecord>().FirstOrDefault(alias => alias.Name == name) is not { } alias) return [];
            name = alias.Target;
        }

        return [];
    }
}
