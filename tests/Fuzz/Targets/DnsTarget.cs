using Byon.MediaNode.Core.Protocol.Dns;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets;

/// <summary>Answers of name servers, which anybody may try to forge.</summary>
public sealed class DnsTarget() : FuzzTarget("dns", new ByteMutator())
{
    /// <summary>A pointer of two bytes may stand for a name of 255.</summary>
    protected override int BytesPerByte => 2_000;

    public override int Run(byte[] input)
    {
        if (!DnsReader.TryRead(input, out var response)) return 0;
        var shape = new HashCode();
        shape.Add(response.Code);
        shape.Add(response.IsTruncated);
        Require(response.Records.Count <= input.Length, "more records than bytes");
        foreach (var record in response.Records.Take(8)) shape.Add(record.GetType().Name.Length);
        Require(response.Records.All(r => r.Name.Length <= 255 && r.TimeToLive >= TimeSpan.Zero), "a name or a time that cannot be");
        if (DnsWriter.TryWriteQuery(response.Id, response.Question, out var query)) Require(query.Length <= 512, "a question longer than it may be");
        return shape.ToHashCode();
    }
}
