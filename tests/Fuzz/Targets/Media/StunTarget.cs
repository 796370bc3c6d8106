using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>Connectivity checks, as a message and as an agent takes them.</summary>
public sealed class StunTarget() : FuzzTarget("stun", new ByteMutator())
{
    private static readonly IceCredentials Ours = new("gate", "gatewaygatewaygateway1");
    private static readonly System.Net.IPEndPoint Remote = new(System.Net.IPAddress.Loopback, 50_000);

    public override int Run(byte[] input)
    {
        var agent = new IceLiteAgent(Ours);
        var now = new Instant(TimeSpan.TicksPerDay);
        agent.Configure(now, new IceCredentials("brow", "browserbrowserbrowser1"));
        var result = agent.Receive(now, Remote, input);
        var answers = 0;
        while (agent.TryDequeue(out var transmit))
        {
            answers++;
            Require(StunMessage.TryParse(transmit.Datagram.Span, out _), "an agent answers with what is no message");
        }

        Require(answers <= 1, "a check gets more than one answer");
        if (!StunMessage.TryParse(input, out var message)) return HashCode.Combine(result, answers);
        Span<ushort> unknown = stackalloc ushort[8];
        var shape = HashCode.Combine(
            result, answers, message.Class, message.UnknownAttributes(unknown), message.MappedAddress()?.AddressFamily, message.ErrorCode(), message.LocalFragment.Length,
            message.HasIntegrity(Encoding.ASCII.GetBytes(Ours.Password)));
        Require(result is not (IceCheckResult.Nominated) || message.HasIntegrity(Encoding.ASCII.GetBytes(Ours.Password)), "a check without the password nominates");
        return shape;
    }
}
