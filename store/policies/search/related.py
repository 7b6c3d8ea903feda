"""Groups of the thesaurus that are close without being the same.

Who asks for the first of a line may find the answer in the others. The way back counts only where
it has a line of its own.
"""

RELATED = """
porn > sexual unsuitable
sexual > unsuitable offensive
inappropriatesite > unsuitable website
dsl > leaders safeguarding
leaders > head
head > leaders
teacher > staff
volunteer > staff
staff > volunteer
chair > governor
police > legal
legal > police action
prosecute > legal police
swear > abuse offensive threat
abuse > offensive defame derogatory comment
offensive > abuse
racist > discriminate offensive abuse
homophobic > racist discriminate
harass > police bully threat abuse
bully > abuse harass
humiliate > abuse bully
defame > untrue abuse
untrue > defame
threat > violence police abuse
violence > threat police graphic
humiliate > abuse
derogatory > abuse
complain > concern complaints
concern > complain
erase > remove
remove > erase
post > comment socialmedia
comment > post
socialmedia > online website post
online > socialmedia website
website > socialmedia online
group > socialmedia chat
chat > comment talk
friend > socialmedia
tag > photo name
photo > tag permission camera
permission > allowed
allowed > acceptable
acceptable > allowed unsuitable
evidence > investigate
warn > letter legal
letter > warn
action > handle legal step
handle > action resolve
reply > involved comment
involved > reply
report > contact concern
contact > report talk
talk > meeting contact private
meeting > talk
private > confidentialinfo talk
confidentialinfo > private
monitor > filter check
filter > block check
block > filter
check > monitor review
count > monitor
review > yearly evaluate check
audit > review check yearly
training > teach
teach > training
esafety > safeguarding online
safeguarding > esafety
sign > agreement statement
agreement > sign policy
statement > sign agreement
age > pupil permission
misuse > breach
breach > misuse
reputation > harm defame
harm > reputation
praise > benefit name
heat > abuse erase
refuse > continue action
continue > refuse unresolved
unresolved > continue resolve
resolve > unresolved
rolemodel > respect
respect > rolemodel values
gambling > block
drug > block
careduty > support safeguarding
support > careduty
guidance > dfe policy
dfe > guidance
legislation > policy
isp > host
host > isp website
aim > policy
rights > pupil
complaints > complain
governor > leaders
device > network
network > device online
camera > photo
news > prosecute
groom > risk abuse
include > cover
esafetylead > esafety
data > confidentialinfo
sexting > sexual photo
staffphone > device
"""
