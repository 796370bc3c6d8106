using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.Bench.Media.Load;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>The media engine of our node in a process of its own (<see cref="NodeHost"/>), told about calls line by line.</summary>
internal sealed class NodeServer(Process process) : MediaServer(process)
{
    public static NodeServer Start(MediaCase of, CodecBuild codecs) =>
        new(Start(Environment.ProcessPath!, [NodeHost.Verb, (of.NodeComplexity ?? of.Complexity)?.ToString(CultureInfo.InvariantCulture) ?? ""], codecs, talks: true));

    public override async Task<ServerEndpoints> AddAsync(LoadGenerator load, LoadCall call, MediaCase of)
    {
        var wanted = new CallWanted(
            call.Client.Ice.UsernameFragment, call.Client.Ice.Password, load.Fingerprint, load.ImsEndPoint(call).ToString(), of.WebRtc, of.Ims);
        var made = JsonSerializer.Deserialize<CallMade>(await AskAsync(JsonSerializer.Serialize(wanted)))!;
        return new ServerEndpoints(
            IPEndPoint.Parse(made.WebRtc), new IceCredentials(made.UsernameFragment, made.Password), DtlsFingerprint.Parse(made.Fingerprint)!,
            IPEndPoint.Parse(made.Ims));
    }

    public override async Task<RuntimeFigures?> RuntimeAsync() => JsonSerializer.Deserialize<RuntimeFigures>(await AskAsync(NodeHost.FiguresWanted));
}

internal sealed record CallWanted(string UsernameFragment, string Password, string Fingerprint, string Ims, AudioFormat WebRtcFormat, AudioFormat ImsFormat);

internal sealed record CallMade(string WebRtc, string UsernameFragment, string Password, string Fingerprint, string Ims);
