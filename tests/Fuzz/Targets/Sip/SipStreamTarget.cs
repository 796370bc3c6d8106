using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>A connection's bytes: however they are cut, the same messages come out, and what waits stays within the limits.</summary>
public sealed class SipStreamTarget() : FuzzTarget("sipstream", new TextMutator(SipMessageTarget.Words))
{
    /// <summary>A head without an end is looked at again with each piece that comes.</summary>
    protected override int BytesPerByte => 4_000;

    public override string SharedCorpus => "tests/MediaNode.Core.Tests/Protocol/Sip/Torture";

    public override int Run(byte[] input)
    {
        var whole = Cut(input, _ => int.MaxValue, out var why);
        var pieces = Cut(input, i => 1 + ((i * 37) % 211), out var whyOfPieces);
        Require(whole.Count == pieces.Count, "the pieces of a stream decide how many messages come out");
        for (var i = 0; i < whole.Count; i++) Require(whole[i].AsSpan().SequenceEqual(pieces[i]), "the pieces of a stream decide which messages come out");
        Require(why == whyOfPieces || whyOfPieces == SipRejection.TooLong || why == SipRejection.TooLong, "the pieces of a stream decide why it is refused");
        foreach (var message in whole)
            Require(SipParser.TryParseDatagram(message, SipLimits.Default, out _, out _), "a message of a stream is not one by itself");
        return HashCode.Combine(Math.Min(whole.Count, 6), why);
    }

    private static List<byte[]> Cut(byte[] input, Func<int, int> lengthOf, out SipRejection why)
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        var messages = new List<byte[]>();
        for (var (at, piece) = (0, 0); at < input.Length; piece++)
        {
            var length = Math.Min(lengthOf(piece), input.Length - at);
            framer.Append(input.AsSpan(at, length));
            at += length;
            while (framer.TryNext(out var message)) messages.Add(message.ToArray());
            Require(framer.Rejection != SipRejection.None || framer.Buffered <= SipLimits.Default.Message + SipLimits.Default.HeaderBytes + length, "a stream keeps more than one message");
        }

        why = framer.Rejection;
        return messages;
    }
}
