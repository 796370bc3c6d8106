using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

/// <summary>
/// Whole calls over a network that does what it likes, with people who do what they like: whatever the seed, each INVITE gets
/// one final answer, each call ends exactly once, and nothing stays behind.
/// </summary>
internal static class WholeCalls
{
    private const int Calls = 12;

    /// <summary>Two parties call each other.</summary>
    /// <exception cref="InvalidOperationException">Something does not hold.</exception>
    public static void RunTwo(int seed)
    {
        var network = new LossyNetwork(seed);
        var (ana, bea) = (new Party(network, 5001, "600"), new Party(network, 5002, "700"));
        ana.Connect(bea.Agent.Options.Local, bea.Contact);
        bea.Connect(ana.Agent.Options.Local, ana.Contact);
        Live(network, seed, callers: [ana, bea], all: [ana, bea]);
    }

    /// <summary>One party calls a number at which two others ring.</summary>
    /// <returns>How often both of them had a say in the end of a call's beginning.</returns>
    public static int RunForked(int seed)
    {
        var network = new LossyNetwork(seed);
        var (ana, bea, eva) = (new Party(network, 5001, "600"), new Party(network, 5002, "700"), new Party(network, 5003, "700"));
        var proxy = new IPEndPoint(IPAddress.Loopback, 5009);
        var fork = new ForkingProxy(network, proxy, bea.Contact, eva.Contact);
        ana.Connect(proxy, new SipUri($"sip:+34700@{proxy}"));
        bea.Connect(proxy, ana.Contact);
        eva.Connect(proxy, ana.Contact);
        Live(network, seed, callers: [ana], all: [ana, bea, eva]);
        return fork.Crossings;
    }

    private static void Live(LossyNetwork network, int seed, Party[] callers, Party[] all)
    {
        for (var i = 0; i < Calls; i++)
        {
            foreach (var caller in callers) network.After(network.Dice.NextDouble() * 20, caller.Place);
        }

        network.Run(TimeSpan.FromMinutes(4));
        foreach (var party in all) party.EndAll();
        network.Run(TimeSpan.FromMinutes(5));

        foreach (var party in all)
        {
            Require(party.Alive.Count == 0, seed, "a call does not end");
            Require(party.Endings.Values.All(count => count == 1), seed, "a call ends twice");
            Require(party.Begun == party.Endings.Count, seed, "a call ends that never began, or the other way round");
            Require(party.Agent.Transactions == 0, seed, "a transaction stays");
            Require(party.Agent.Dialogs == 0, seed, "a dialog stays");
            Require(party.Agent.NextTimeout is null, seed, "a timer stays");
        }

        Require(all.Sum(party => party.Answered) > 0, seed, "nobody answers");
        foreach (var finals in network.Sent.OfType<SipResponse>().Where(r => r.Status >= 200 && r.CSeq.Method == SipMethods.Invite)
            .GroupBy(r => (r.CallId, r.CSeq.Number, r.TopVia.Branch)))
        {
            Require(finals.Select(r => r.Status).Distinct().Count() == 1, seed, "an INVITE gets two final answers");
        }

        // In a dialog each request has a number of its own.
        var numbered = network.Sent.OfType<SipRequest>().Where(r => r.Method is not (SipMethods.Ack or SipMethods.Cancel));
        foreach (var same in numbered.GroupBy(r => (r.CallId, r.From.Tag, r.To.Tag, r.CSeq.Number)))
            Require(same.Select(r => r.TopVia.Branch).Distinct().Count() == 1, seed, "two requests have one number");
    }

    private static void Require(bool holds, int seed, string what)
    {
        if (!holds) throw new InvalidOperationException($"Seed {seed}: {what}.");
    }
}
