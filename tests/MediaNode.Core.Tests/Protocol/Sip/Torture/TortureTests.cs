using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Torture;

/// <summary>
/// Messages as files, in the manner of RFC 4475: valid ones that look wrong, and invalid ones named for why. What ever made the
/// agent throw becomes one more file.
/// </summary>
public class TortureTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Protocol", "Sip", "Torture");

    public static TheoryData<string> Valid => Names("valid");

    public static TheoryData<string> Invalid => Names("invalid");

    [Theory]
    [MemberData(nameof(Valid))]
    public void What_only_looks_wrong_is_read_written_and_answered(string name)
    {
        var bytes = Read("valid", name);
        Assert.True(SipParser.TryParseDatagram(bytes, SipLimits.Default, out var message, out var why), why.ToString());
        Assert.True(SipParser.TryParseDatagram(SipWriter.Write(message).Span, SipLimits.Default, out var again, out _));
        Assert.Equal(message.Headers.Select(h => (h.Name, h.Value)), again.Headers.Where(h => message.Headers.Has(h.Name)).Select(h => (h.Name, h.Value)));
        var (network, agent, peer) = Called();
        agent.Agent.Receive(network.Now, new SipFlow(SipTransport.Udp, peer.Address), bytes);
        if (message is SipRequest) Assert.True(agent.Agent.TryDequeue(out SipTransmit _), "A request without an answer.");
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void What_is_wrong_is_rejected_by_name_and_leaves_nothing(string name)
    {
        var (network, agent, peer) = Called();
        agent.Agent.Receive(network.Now, new SipFlow(SipTransport.Udp, peer.Address), Read("invalid", name));
        Assert.Equal(name.Split('.')[0], Assert.Single(agent.Agent.Rejected).Key.ToString());
        Assert.False(agent.Agent.TryDequeue(out SipTransmit _));
        Assert.Equal(0, agent.Agent.Transactions);
    }

    /// <summary>The corpus cut, spliced and overwritten by seed, thrown at an agent that has a call.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_mutation_makes_an_agent_throw_or_grow(int seed)
    {
        var corpus = Directory.GetFiles(Folder, "*.sip", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(ReadFile).ToList();
        var (network, agent, peer) = Called();
        peer.Send(agent, SipText.Invite);
        corpus.Add(SipText.Bytes(SipText.Invite));
        var dice = new Random(seed);
        for (var i = 0; i < 4000; i++)
        {
            agent.Agent.Receive(network.Now, new SipFlow(SipTransport.Udp, peer.Address), Mutated(corpus, dice));
            while (agent.Agent.TryDequeue(out SipTransmit _)) continue;
            while (agent.Agent.TryDequeue(out SipEvent? _)) continue;
        }

        Assert.InRange(agent.Agent.Transactions, 1, 200);
        Assert.NotEmpty(agent.Agent.Rejected);
    }

    private static byte[] Mutated(List<byte[]> corpus, Random dice)
    {
        var bytes = corpus[dice.Next(corpus.Count)].ToList();
        for (var n = dice.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            var at = dice.Next(bytes.Count);
            var length = Math.Min(dice.Next(40), bytes.Count - at);
            switch (dice.Next(5))
            {
                case 0: bytes[at] = (byte)dice.Next(256); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.InsertRange(at, corpus[dice.Next(corpus.Count)].AsSpan(0, 40).ToArray()); break;
                default: bytes[at] = (byte)"\r\n :;,<>\"\\=@"[dice.Next(12)]; break;
            }
        }

        return [.. bytes];
    }

    private static (VirtualSipNetwork Network, VirtualAgent Agent, ScriptedPeer Peer) Called()
    {
        var network = new VirtualSipNetwork();
        var agent = network.Add(5002, maxServerTransactions: 150);
        var peer = new ScriptedPeer(network, 5009);
        agent.Agent.RegisterStatic(VirtualAgent.Subscriber(peer.Address, "700"));
        return (network, agent, peer);
    }

    private static TheoryData<string> Names(string kind) =>
        [.. Directory.GetFiles(Path.Combine(Folder, kind)).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Select(name => name!)];

    private static byte[] Read(string kind, string name) => ReadFile(Path.Combine(Folder, kind, name + ".sip"));

    private static byte[] ReadFile(string path) => SipText.Bytes(File.ReadAllText(path, Encoding.UTF8));
}
