using System.Text;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>Bodies of several parts.</summary>
public sealed class MultipartTarget() : FuzzTarget("multipart", new TextMutator("--b", "--b--", "Content-Type", "Content-ID", "application/sdp", "multipart/mixed", "boundary"))
{
    public override int Run(byte[] input)
    {
        var end = input.AsSpan().IndexOf("\r\n"u8);
        if (end < 0) return 0;
        var type = Encoding.UTF8.GetString(input.AsSpan(0, end));
        var parts = 0;
        foreach (var part in MultipartBody.Read(type, input.AsMemory(end + 2)))
        {
            parts++;
            Require(part.Content.Length <= input.Length, "a part is longer than its body");
        }

        return HashCode.Combine(Math.Min(parts, 5), MultipartBody.Find(type, input.AsMemory(end + 2), "application/sdp") is null);
    }
}
