using Byon.Infra;
using Byon.Infra.Model;
using Byon.Infra.Model.Configuration;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var config = new Config(ConfigurationKeys.Namespace);
    ServicePlan plan;
    try
    {
        plan = ServicePlan.Read(config.Get, Deployment.Instance.StackName);
    }
    catch (ConfigurationException wrong)
    {
        // Before the first resource: nothing has been created, and the operator sees the keys instead of a stack trace.
        throw new RunException(wrong.Message);
    }

    return Infrastructure.Define(plan, config.RequireSecret(ConfigurationKeys.PoolKey));
});
