using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Native;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>
/// A handshake of two of libssl's endpoints in which the bytes of the input arrive at a server, by themselves and in between: the
/// first byte says before which datagram.
/// </summary>
public sealed class DtlsTarget() : FuzzTarget("dtls", new ByteMutator())
{
    private const int MostDatagrams = 64;

    private readonly DtlsEndpointFactory _servers = new(DtlsCertificate.Create(DateTimeOffset.UnixEpoch.AddYears(56)));
    private readonly DtlsEndpointFactory _clients = new(DtlsCertificate.Create(DateTimeOffset.UnixEpoch.AddYears(56)));

    public override int Run(byte[] input)
    {
        if (input.Length < 2) return 0;
        using var server = _servers.Create(client: false);
        using var client = _clients.Create(client: true);
        var now = MonotonicClock.Now;
        client.Start(now);
        var (at, sent) = (input[0] % 8, 0);
        for (var any = true; any && sent < MostDatagrams;)
        {
            any = false;
            while (sent < MostDatagrams && client.TryDequeue(out var datagram))
            {
                if (sent++ == at) server.Receive(now, input.AsSpan(1));
                server.Receive(now, datagram);
                any = true;
            }

            while (sent < MostDatagrams && server.TryDequeue(out var datagram))
            {
                client.Receive(now, datagram);
                sent++;
                any = true;
            }
        }

        Require(sent < MostDatagrams, "a handshake never falls silent");
        Require(server.State != DtlsState.Connected || server.SrtpKeys is not null, "a server is connected without keys");
        return HashCode.Combine(server.State, client.State, server.Failure);
    }
}
