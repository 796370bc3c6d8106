using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.Bench.Media.Load;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>A relay that only forwards, in a process of its own (<see cref="ForwarderHost"/>). It knows no ICE, DTLS or SRTP.</summary>
internal sealed class ForwarderServer(Process process) : MediaServer(process)
{
    public static ForwarderServer Start() => new(Start(Environment.ProcessPath!, [ForwarderHost.Verb], CodecBuild.Debian, talks: true));

    public override async Task<ServerEndpoints> AddAsync(LoadGenerator load, LoadCall call, MediaCase of)
    {
        var wanted = new ForwardingWanted(load.WebEndPoint(call).ToString(), load.ImsEndPoint(call).ToString());
        var made = JsonSerializer.Deserialize<ForwardingMade>(await AskAsync(JsonSerializer.Serialize(wanted)))!;
        return new ServerEndpoints(IPEndPoint.Parse(made.Web), new IceCredentials("", ""), DtlsFingerprint.Of([]), IPEndPoint.Parse(made.Ims));
    }
}

internal sealed record ForwardingWanted(string Web, string Ims);

internal sealed record ForwardingMade(string Web, string Ims);
